import type { PolicyRules } from '../policy';
import { ADDRESS_GROUP_RULES } from './address-group';
import { ADDRESS_SCOPE_RULES } from './address-scope';
import { AGENT_RULES } from './agent';
import { BASE_RULES } from './base';
import { DRIFT_RULES } from './drift';
import { NETWORK_RULES } from './network';
import { NETWORK_IP_AVAILABILITY_RULES } from './network-ip-availability';
import { NETWORK_SEGMENT_RANGE_RULES } from './network-segment-range';
import { POLICY_TARGET_RULES } from './policy-target';
import { PORT_RULES } from './port';
import { QOS_RULES } from './qos';
import { QUOTA_RULES } from './quota';
import { RBAC_POLICY_RULES } from './rbac-policy';
import { SECURITY_GROUP_RULES } from './security-group';
import { SEGMENT_RULES } from './segment';
import { SUBNET_RULES } from './subnet';
import { SUBNETPOOL_RULES } from './subnetpool';
import { TRUNK_RULES } from './trunk';

/** The defaults of the OpenStack Networking API (the new ones: a bare `reader` cannot write). */
export const DEFAULT_RULES: PolicyRules = {
  ...BASE_RULES,
  ...NETWORK_RULES,
  ...SUBNET_RULES,
  ...SUBNETPOOL_RULES,
  ...ADDRESS_SCOPE_RULES,
  ...NETWORK_IP_AVAILABILITY_RULES,
  ...PORT_RULES,
  ...POLICY_TARGET_RULES,
  ...SEGMENT_RULES,
  ...TRUNK_RULES,
  ...QOS_RULES,
  ...NETWORK_SEGMENT_RANGE_RULES,
  ...SECURITY_GROUP_RULES,
  ...ADDRESS_GROUP_RULES,
  ...RBAC_POLICY_RULES,
  ...AGENT_RULES,
  ...DRIFT_RULES,
  ...QUOTA_RULES,
};
