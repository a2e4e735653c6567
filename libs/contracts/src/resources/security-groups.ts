import { REQUIRED, UNSPECIFIED, type AttributeDefinition, type ResourceDefinition } from '../definition';
import {
  descriptionAttributes,
  idAttribute,
  ownerAttributes,
  revisionAttributes,
  tagActions,
  tagAttributes,
  timestampAttributes,
  readOnly,
} from './standard';

/** Security groups: what their rules allow may pass, everything else is dropped. */
export const securityGroups = {
  member: 'security_group',
  collection: 'security_groups',
  path: '/security-groups',
  ext: 'security-group',
  service: 'fwaas',
  operations: { create: true, update: true, delete: true },
  bulk: true,
  pagination: true,
  sorting: true,
  quota: { name: 'security_group', default: 10 },
  notFound: 'SecurityGroupNotFound',
  title: 'Security group',
  attributes: {
    ...idAttribute('security-group'),
    name: {
      ext: 'security-group',
      post: true,
      put: true,
      default: '',
      validate: { 'type:name_not_default': 255 },
      visible: true,
      filter: true,
      sort: true,
    },
    ...ownerAttributes('security-group'),
    security_group_rules: readOnly('security-group', 'object_list'),
    shared: {
      ext: 'security-groups-shared-filtering',
      post: false,
      put: false,
      default: UNSPECIFIED,
      convert: 'convert_to_boolean',
      visible: true,
      filter: true,
      enforcePolicy: true,
      requiredByPolicy: true,
    },
    stateful: {
      ext: 'stateful-security-group',
      post: true,
      put: true,
      default: true,
      convert: 'convert_to_boolean',
      visible: true,
      filter: true,
    },
    ...revisionAttributes,
    ...descriptionAttributes,
    ...tagAttributes,
    ...timestampAttributes,
  },
  actions: tagActions('security_group'),
} as const satisfies ResourceDefinition;

/** Attributes that rules and rule templates share, by the alias that brings them. */
const ruleAttributes = <E extends string, A extends string>(ext: E, addressGroups: A) => {
  const common = { ext, post: true, put: false, visible: true, filter: true, sort: true } as const;
  return {
    remote_group_id: { ...common, default: null, type: 'string' },
    direction: { ...common, default: REQUIRED, validate: { 'type:values': ['ingress', 'egress'] } },
    protocol: { ...common, default: null, convert: 'convert_protocol' },
    port_range_min: { ...common, default: null, convert: 'convert_validate_port_value' },
    port_range_max: { ...common, default: null, convert: 'convert_validate_port_value' },
    ethertype: {
      ...common,
      default: 'IPv4',
      validate: { 'type:values': ['IPv4', 'IPv6'] },
      convert: 'convert_ethertype_to_case_insensitive',
    },
    remote_ip_prefix: { ...common, default: null, convert: 'convert_ip_prefix_to_cidr' },
    remote_address_group_id: { ...common, ext: addressGroups, default: null, type: 'string' },
  } as const satisfies Readonly<Record<string, AttributeDefinition>>;
};

export const securityGroupRules = {
  member: 'security_group_rule',
  collection: 'security_group_rules',
  path: '/security-group-rules',
  ext: 'security-group',
  service: 'fwaas',
  // The attribute map lets a description be changed, but the API has no PUT.
  operations: { create: true, update: false, delete: true },
  bulk: true,
  pagination: true,
  sorting: true,
  quota: { name: 'security_group_rule', default: 100 },
  notFound: 'SecurityGroupRuleNotFound',
  title: 'Security group rule',
  attributes: {
    ...idAttribute('security-group'),
    security_group_id: {
      ext: 'security-group',
      post: true,
      put: false,
      default: REQUIRED,
      validate: { 'type:string': 36 },
      visible: true,
      filter: true,
      sort: true,
      requiredByPolicy: true,
    },
    ...ruleAttributes('security-group', 'security-groups-remote-address-group'),
    ...ownerAttributes('security-group'),
    normalized_cidr: {
      ext: 'security-groups-normalized-cidr',
      post: false,
      put: false,
      default: UNSPECIFIED,
      validate: { 'type:subnet_or_none': null },
      visible: true,
      filter: true,
      sort: true,
    },
    belongs_to_default_sg: {
      ext: 'security-groups-rules-belongs-to-default-sg',
      post: false,
      put: false,
      default: UNSPECIFIED,
      convert: 'convert_to_boolean_if_not_none',
      visible: true,
      filter: true,
    },
    ...revisionAttributes,
    ...descriptionAttributes,
    ...timestampAttributes,
  },
  views: [
    {
      name: 'stats',
      path: '/security-group-rules/{id}/stats',
      summary:
        'Packets and bytes that a rule has let pass (of a stateful group: those that begin a flow); for operators also by host',
      schema: 'Stats',
    },
  ],
} as const satisfies ResourceDefinition;

/** A remote group that stands for the group which a rule will be in. */
export const PARENT_GROUP = 'PARENT';

/** Templates: the rules that new groups begin with. */
export const defaultSecurityGroupRules = {
  member: 'default_security_group_rule',
  collection: 'default_security_group_rules',
  path: '/default-security-group-rules',
  ext: 'security-groups-default-rules',
  service: 'fwaas',
  operations: { create: true, update: false, delete: true },
  bulk: false,
  pagination: true,
  sorting: true,
  notFound: 'DefaultSecurityGroupRuleNotFound',
  title: 'Default Security Group rule',
  attributes: {
    ...idAttribute('security-groups-default-rules'),
    tenant_id: {
      ext: 'security-groups-default-rules',
      post: true,
      put: false,
      default: REQUIRED,
      validate: { 'type:string': 255 },
      visible: false,
      requiredByPolicy: true,
    },
    project_id: {
      ext: 'project-id',
      post: true,
      put: false,
      default: REQUIRED,
      validate: { 'type:string': 255 },
      visible: false,
      requiredByPolicy: true,
    },
    description: { ...descriptionAttributes.description, ext: 'security-groups-default-rules' },
    ...ruleAttributes('security-groups-default-rules', 'security-groups-default-rules'),
    used_in_default_sg: {
      ext: 'security-groups-default-rules',
      post: true,
      put: false,
      default: REQUIRED,
      convert: 'convert_to_boolean',
      visible: true,
      filter: true,
    },
    used_in_non_default_sg: {
      ext: 'security-groups-default-rules',
      post: true,
      put: false,
      default: REQUIRED,
      convert: 'convert_to_boolean',
      visible: true,
      filter: true,
    },
    ...revisionAttributes,
    ...timestampAttributes,
  },
} as const satisfies ResourceDefinition;
