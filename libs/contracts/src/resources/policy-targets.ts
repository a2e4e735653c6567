import { REQUIRED, UNSPECIFIED, type AttributeDefinition, type ResourceDefinition } from '../definition';
import { readOnly } from './standard';

/**
 * What of group-based policy (the API of openstack/group-based-policy, 2019) is served: groups of targets, targets mapped to ports, and clusters of
 * them. Its policies, contracts and topologies are not; an attribute that refers to one takes none.
 */

const named = {
  id: {
    ext: 'group-policy',
    post: false,
    put: false,
    default: UNSPECIFIED,
    validate: { 'type:uuid': null },
    visible: true,
    primaryKey: true,
  },
  name: {
    ext: 'group-policy',
    post: true,
    put: true,
    default: '',
    validate: { 'type:gbp_resource_name': null },
    visible: true,
  },
  description: {
    ext: 'group-policy',
    post: true,
    put: true,
    default: '',
    validate: { 'type:string': null },
    visible: true,
  },
} as const;

const owner = {
  post: true,
  put: false,
  default: REQUIRED,
  validate: { 'type:string': null },
  visible: true,
  requiredByPolicy: true,
} as const;
const owned = { tenant_id: { ext: 'group-policy', ...owner }, project_id: { ext: 'project-id', ...owner } } as const;

const status = {
  status: readOnly('group-policy', 'string'),
  status_details: readOnly('group-policy', 'string'),
} as const;

/** Of a kind of object that there is none of. */
const none = <V extends AttributeDefinition['validate'] & object>(validate: V) =>
  ({ ext: 'group-policy', post: true, put: true, default: null, validate, visible: true }) as const;

const common = {
  ext: 'group-policy',
  service: 'ipam',
  operations: { create: true, update: true, delete: true },
  bulk: true,
  pagination: true,
  sorting: true,
} as const;

export const policyTargetGroups = {
  ...common,
  member: 'policy_target_group',
  collection: 'policy_target_groups',
  path: '/grouppolicy/policy_target_groups',
  notFound: 'PolicyTargetGroupNotFound',
  title: 'Policy Target Group',
  attributes: {
    ...named,
    ...owned,
    ...status,
    policy_targets: {
      ext: 'group-policy',
      post: false,
      put: false,
      default: null,
      validate: { 'type:uuid_list': null },
      convert: 'convert_none_to_empty_list',
      visible: true,
    },
    l2_policy_id: none({ 'type:uuid_or_none': null }),
    application_policy_group_id: none({ 'type:uuid_or_none': null }),
    provided_policy_rule_sets: {
      ...none({ 'type:dict_or_none': null }),
      convert: 'convert_none_to_empty_dict',
      answered: 'uuid_list',
    },
    consumed_policy_rule_sets: {
      ...none({ 'type:dict_or_none': null }),
      convert: 'convert_none_to_empty_dict',
      answered: 'uuid_list',
    },
    network_service_policy_id: none({ 'type:uuid_or_none': null }),
    shared: {
      ext: 'group-policy',
      post: true,
      put: true,
      default: false,
      convert: 'convert_to_boolean',
      visible: true,
      enforcePolicy: true,
      requiredByPolicy: true,
    },
    service_management: {
      ext: 'group-policy',
      post: true,
      put: true,
      default: false,
      convert: 'convert_to_boolean',
      visible: true,
      enforcePolicy: true,
      requiredByPolicy: true,
    },
    subnets: {
      ext: 'group-policy-mapping',
      post: true,
      put: true,
      default: null,
      validate: { 'type:uuid_list': null },
      convert: 'convert_none_to_empty_list',
      visible: true,
    },
  },
} as const satisfies ResourceDefinition;

export const policyTargets = {
  ...common,
  member: 'policy_target',
  collection: 'policy_targets',
  path: '/grouppolicy/policy_targets',
  notFound: 'PolicyTargetNotFound',
  title: 'Policy Target',
  attributes: {
    ...named,
    ...owned,
    ...status,
    policy_target_group_id: {
      ext: 'group-policy',
      post: true,
      put: true,
      default: REQUIRED,
      validate: { 'type:gbp_uuid_or_none': null },
      visible: true,
    },
    /** Id of the policy target whose identity this one may take; empty: none. */
    cluster_id: {
      ext: 'group-policy',
      post: true,
      put: true,
      default: '',
      validate: { 'type:string': null },
      visible: true,
    },
    port_id: {
      ext: 'group-policy-mapping',
      post: true,
      put: false,
      default: null,
      validate: { 'type:uuid_or_none': null },
      visible: true,
    },
    fixed_ips: {
      ext: 'group-policy-mapping',
      post: true,
      put: true,
      default: UNSPECIFIED,
      validate: { 'type:fixed_ips': null },
      convertList: 'convert_kvp_list_to_dict',
      visible: true,
      enforcePolicy: true,
    },
  },
} as const satisfies ResourceDefinition;
