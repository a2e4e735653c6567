import { REQUIRED, type ResourceDefinition } from '../definition';
import {
  descriptionAttributes,
  idAttribute,
  nameAttribute,
  ownerAttributes,
  revisionAttributes,
  tagActions,
  tagAttributes,
  timestampAttributes,
  readOnly,
} from './standard';

/** What traffic of ports may do and how it is marked: rules that hold for each port with the policy. */
export const qosPolicies = {
  member: 'policy',
  collection: 'policies',
  path: '/qos/policies',
  ext: 'qos',
  service: 'ipam',
  operations: { create: true, update: true, delete: true },
  bulk: true,
  pagination: true,
  sorting: true,
  notFound: 'QosPolicyNotFound',
  title: 'QoS policy',
  attributes: {
    ...idAttribute('qos'),
    ...nameAttribute('qos'),
    shared: {
      ext: 'qos',
      post: true,
      put: true,
      default: false,
      convert: 'convert_to_boolean',
      visible: true,
      filter: true,
    },
    ...ownerAttributes('qos'),
    rules: readOnly('qos', 'object_list'),
    is_default: {
      ext: 'qos-default',
      post: true,
      put: true,
      default: false,
      convert: 'convert_to_boolean',
      visible: true,
      filter: true,
    },
    ...revisionAttributes,
    ...descriptionAttributes,
    ...tagAttributes,
    ...timestampAttributes,
  },
  actions: tagActions('policy'),
} as const satisfies ResourceDefinition;

/** What all kinds of rules have in common. */
const rule = <K extends string>(kind: K) =>
  ({
    member: `${kind}_rule`,
    collection: `${kind}_rules`,
    path: `/qos/policies/{policy_id}/${kind}_rules`,
    parent: qosPolicies,
    service: 'ipam',
    operations: { create: true, update: true, delete: true },
    bulk: true,
    pagination: true,
    sorting: true,
    notFound: 'QosRuleNotFound',
    title: 'QoS rule',
  }) as const;

/** What a rule says: its owner sets it, lists are narrowed to it and sorted by it. */
const writable = { post: true, put: true, visible: true, filter: true, sort: true } as const;
const amount = <E extends string, D extends 0 | typeof REQUIRED>(ext: E, byDefault: D) =>
  ({
    ...writable,
    ext,
    default: byDefault,
    validate: { 'type:range': [0, 2147483647] },
    convert: 'convert_to_int',
  }) as const;
const direction = <E extends string>(ext: E) =>
  ({ ...writable, ext, default: 'egress', validate: { 'type:values': ['ingress', 'egress'] } }) as const;

/** How much a port may send or receive. */
export const qosBandwidthLimitRules = {
  ...rule('bandwidth_limit'),
  ext: 'qos',
  attributes: {
    ...idAttribute('qos'),
    max_kbps: amount('qos', REQUIRED),
    max_burst_kbps: amount('qos', 0),
    direction: direction('qos-bw-limit-direction'),
  },
} as const satisfies ResourceDefinition;

/** How what a port sends is marked (RFC 2474). */
export const qosDscpMarkingRules = {
  ...rule('dscp_marking'),
  ext: 'qos',
  attributes: {
    ...idAttribute('qos'),
    dscp_mark: {
      ...writable,
      ext: 'qos',
      default: REQUIRED,
      validate: {
        'type:values': [0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 44, 46, 48, 56],
      },
      convert: 'convert_to_int',
    },
  },
} as const satisfies ResourceDefinition;

/** What a compute scheduler is to find free for a port. */
export const qosMinimumBandwidthRules = {
  ...rule('minimum_bandwidth'),
  ext: 'qos',
  attributes: {
    ...idAttribute('qos'),
    min_kbps: amount('qos', REQUIRED),
    direction: direction('qos'),
  },
} as const satisfies ResourceDefinition;

/** What a compute scheduler is to find free for a port. */
export const qosMinimumPacketRateRules = {
  ...rule('minimum_packet_rate'),
  ext: 'qos-pps-minimum',
  attributes: {
    ...idAttribute('qos-pps-minimum'),
    min_kpps: amount('qos-pps-minimum', REQUIRED),
    direction: { ...direction('qos-pps-minimum'), validate: { 'type:values': ['any', 'ingress', 'egress'] } },
  },
} as const satisfies ResourceDefinition;

/** How many packets a port may send or receive. */
export const qosPacketRateLimitRules = {
  ...rule('packet_rate_limit'),
  ext: 'qos-pps',
  attributes: {
    ...idAttribute('qos-pps'),
    max_kpps: amount('qos-pps', REQUIRED),
    max_burst_kpps: amount('qos-pps', 0),
    direction: direction('qos-pps'),
  },
} as const satisfies ResourceDefinition;

/** The sub-resources of {@link qosPolicies}. */
export const QOS_RULES = [
  qosBandwidthLimitRules,
  qosDscpMarkingRules,
  qosMinimumBandwidthRules,
  qosMinimumPacketRateRules,
  qosPacketRateLimitRules,
] as const;

/** The kinds of rules that the nodes enforce, and within what bounds. */
export const qosRuleTypes = {
  member: 'rule_type',
  collection: 'rule_types',
  path: '/qos/rule-types',
  key: { attribute: 'type', type: 'text' },
  ext: 'qos',
  service: 'ipam',
  operations: { create: false, update: false, delete: false },
  bulk: true,
  pagination: true,
  sorting: true,
  notFound: 'QosRuleTypeNotFound',
  title: 'QoS rule type',
  attributes: {
    type: readOnly('qos', 'string'),
    drivers: readOnly('qos-rule-type-details', 'object_list'),
  },
} as const satisfies ResourceDefinition;
