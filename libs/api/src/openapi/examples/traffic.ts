import { PORT, RBAC, QOS, SUBPORT, TRUNK, owner, standard, type Example } from './shared';

export const TRAFFIC: Readonly<Record<string, Example>> = {
  trunks: {
    object: {
      id: TRUNK,
      name: 'uplink',
      ...owner,
      admin_state_up: true,
      port_id: PORT,
      status: 'ACTIVE',
      sub_ports: [{ port_id: SUBPORT, segmentation_type: 'vlan', segmentation_id: 101 }],
      ...standard,
      tags: [],
    },
    create: { port_id: PORT },
    update: { admin_state_up: false },
  },
  policies: {
    object: {
      id: QOS,
      name: 'gold',
      ...owner,
      shared: false,
      is_default: false,
      rules: [
        {
          id: RBAC,
          qos_policy_id: QOS,
          type: 'bandwidth_limit',
          max_kbps: 100_000,
          max_burst_kbps: 0,
          direction: 'egress',
        },
      ],
      ...standard,
      tags: [],
    },
    create: { name: 'gold' },
    update: { is_default: true },
  },
  'policies/bandwidth_limit_rules': {
    object: { id: RBAC, max_kbps: 100_000, max_burst_kbps: 0, direction: 'egress' },
    create: { max_kbps: 100_000 },
    update: { direction: 'ingress' },
  },
  'policies/dscp_marking_rules': {
    object: { id: RBAC, dscp_mark: 26 },
    create: { dscp_mark: 26 },
    update: { dscp_mark: 46 },
  },
  'policies/minimum_bandwidth_rules': {
    object: { id: RBAC, min_kbps: 1_000, direction: 'egress' },
    create: { min_kbps: 1_000 },
    update: { min_kbps: 2_000 },
  },
  'policies/minimum_packet_rate_rules': {
    object: { id: RBAC, min_kpps: 10, direction: 'any' },
    create: { min_kpps: 10, direction: 'any' },
    update: { min_kpps: 20 },
  },
  'policies/packet_rate_limit_rules': {
    object: { id: RBAC, max_kpps: 10, max_burst_kpps: 0, direction: 'egress' },
    create: { max_kpps: 10 },
    update: { max_kpps: 20 },
  },
  rule_types: { object: { type: 'bandwidth_limit', drivers: [] } },
};
