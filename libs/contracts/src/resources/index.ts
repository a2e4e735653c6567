import { faceOfResource, type ResourceDefinition } from '../definition';
import type { ApiFace } from '../faces';
import { addressGroups } from './address-groups';
import { addressScopes } from './address-scopes';
import { agents } from './agents';
import { availabilityZones } from './availability-zones';
import { drifts } from './drifts';
import { networkIpAvailabilities } from './network-ip-availabilities';
import { networkSegmentRanges } from './network-segment-ranges';
import { networks } from './networks';
import { policyTargetGroups, policyTargets } from './policy-targets';
import { portBindings } from './port-bindings';
import { ports } from './ports';
import { QOS_RULES, qosPolicies, qosRuleTypes } from './qos';
import { rbacPolicies } from './rbac-policies';
import { defaultSecurityGroupRules, PARENT_GROUP, securityGroupRules, securityGroups } from './security-groups';
import { segments } from './segments';
import { subnetpools } from './subnetpools';
import { subnets } from './subnets';
import { trunks } from './trunks';

export {
  addressGroups,
  addressScopes,
  agents,
  availabilityZones,
  defaultSecurityGroupRules,
  drifts,
  networkIpAvailabilities,
  networks,
  networkSegmentRanges,
  policyTargetGroups,
  policyTargets,
  portBindings,
  PARENT_GROUP,
  ports,
  QOS_RULES,
  qosPolicies,
  qosRuleTypes,
  rbacPolicies,
  securityGroupRules,
  securityGroups,
  segments,
  subnetpools,
  subnets,
  trunks,
};
export { EXTENSIONS } from './extensions';

/** Every resource that is served. */
export const RESOURCES: readonly ResourceDefinition[] = [
  networks,
  subnets,
  subnetpools,
  addressScopes,
  ports,
  portBindings,
  segments,
  networkSegmentRanges,
  trunks,
  qosPolicies,
  ...QOS_RULES,
  qosRuleTypes,
  securityGroups,
  securityGroupRules,
  defaultSecurityGroupRules,
  addressGroups,
  rbacPolicies,
  policyTargetGroups,
  policyTargets,
  agents,
  availabilityZones,
  networkIpAvailabilities,
  drifts,
];

/** The resources of one API. */
export const resourcesOf = (face: ApiFace): readonly ResourceDefinition[] =>
  RESOURCES.filter((definition) => faceOfResource(definition) === face);

export type * from './types';
