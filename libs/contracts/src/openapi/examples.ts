const NETWORK = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
const SUBNET = '9ee47171-5448-486e-a376-452ba548264c';
const PORT = 'edc4150e-b0fd-4aa9-a64d-729c3a682e74';
const SEGMENT = '2625a854-86e3-4c08-a834-8465e22f7cd4';
const AGENT = '7c1a9f0e-5d0b-4f43-9d1c-0e7f3c1c2a11';
const RANGE = '0b0e4b9f-6f0c-4d5b-8a9e-6a4d3c2b1a00';
const RBAC = '5a1d7c3e-2b8f-4c6a-9d0e-1f2a3b4c5d6e';
const QOS = 'c1d2e3f4-0a1b-4c2d-8e3f-405162738495';
const SUBPORT = '0f6c2b1a-9d8e-4c7b-a6f5-e4d3c2b1a099';
const TRUNK = 'd682f996-accb-4d8e-8468-d8c05d7304c2';
const SCOPE = '68d9a5df-b89b-40a8-8ade-1e783a5dfb91';
const POOL = 'bd655aa4-a590-4f44-a08f-127ab1847c36';
const TARGET_GROUP = '3f8d1f0a-6a0e-4a3c-8e2b-1d2c3b4a5968';
const TARGET = '7b1e2d3c-4f5a-4b6c-9d7e-8f9a0b1c2d3e';
const GROUP = '1a593dab-6c2e-47de-a760-fa596f3370a7';
const GROUP_RULE = '0c617ad3-96b3-4f4d-9666-d349ba8f8ce9';
const TEMPLATE = 'f510438d-9d16-4009-96c2-3dd6b4602ddc';
const ADDRESS_GROUP = '60dbeebe-3c21-491f-8399-462519454b77';
const PROJECT = 'cccccccccccccccccccccccccccccccc';

const owner = { tenant_id: PROJECT, project_id: PROJECT };
const standard = {
  description: '',
  revision_number: 1,
  created_at: '2026-11-20T09:31:24Z',
  updated_at: '2026-11-20T09:31:24Z',
};

const ADDRESSES = {
  total_ips_in_subnet: 254,
  total_ips_in_allocation_pool: 253,
  used_ips_in_subnet: 3,
  used_ips_in_allocation_pool: 3,
};

const RULE = {
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  port_range_min: 80,
  port_range_max: 80,
  remote_ip_prefix: '0.0.0.0/0',
  remote_group_id: null,
  remote_address_group_id: null,
  ...standard,
};
const GROUP_RULE_SHOWN = {
  id: GROUP_RULE,
  security_group_id: GROUP,
  ...owner,
  ...RULE,
  normalized_cidr: '0.0.0.0/0',
  belongs_to_default_sg: false,
};

export interface Example {
  /** As an administrator sees it. */
  readonly object: Readonly<Record<string, unknown>>;
  readonly create?: Readonly<Record<string, unknown>>;
  readonly update?: Readonly<Record<string, unknown>>;
}

/** One object of each collection, as it is created, answered and changed. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  networks: {
    object: {
      id: NETWORK,
      name: 'blue',
      ...owner,
      admin_state_up: true,
      mtu: 1450,
      status: 'ACTIVE',
      subnets: [SUBNET],
      shared: false,
      port_security_enabled: true,
      'provider:network_type': 'vxlan',
      'provider:physical_network': null,
      'provider:segmentation_id': 5822,
      segments: null,
      'router:external': false,
      dns_domain: 'blue.example.org.',
      l2_adjacency: true,
      ipv4_address_scope: SCOPE,
      ipv6_address_scope: null,
      qos_policy_id: null,
      availability_zones: ['nova'],
      availability_zone_hints: [],
      ...standard,
      tags: ['red'],
    },
    create: { name: 'blue' },
    update: { name: 'green', admin_state_up: false },
  },
  subnets: {
    object: {
      id: SUBNET,
      name: 'blue-v4',
      ...owner,
      network_id: NETWORK,
      ip_version: 4,
      subnetpool_id: null,
      cidr: '10.0.0.0/24',
      gateway_ip: '10.0.0.1',
      allocation_pools: [{ start: '10.0.0.2', end: '10.0.0.254' }],
      dns_nameservers: ['10.0.0.53'],
      host_routes: [{ destination: '10.9.0.0/24', nexthop: '10.0.0.9' }],
      enable_dhcp: true,
      ipv6_ra_mode: null,
      ipv6_address_mode: null,
      segment_id: null,
      dns_publish_fixed_ip: false,
      'router:external': false,
      service_types: [],
      ...standard,
      tags: [],
    },
    create: { network_id: NETWORK, ip_version: 4, cidr: '10.0.0.0/24' },
    update: { dns_nameservers: ['10.0.0.53'] },
  },
  subnetpools: {
    object: {
      id: POOL,
      name: 'campus',
      ...owner,
      prefixes: ['10.20.0.0/16'],
      ip_version: 4,
      default_prefixlen: '26',
      min_prefixlen: '8',
      max_prefixlen: '32',
      default_quota: null,
      is_default: false,
      shared: false,
      address_scope_id: SCOPE,
      ...standard,
      tags: [],
    },
    create: { name: 'campus', prefixes: ['10.20.0.0/16'], default_prefixlen: 26 },
    update: { prefixes: ['10.20.0.0/15'] },
  },
  address_scopes: {
    object: { id: SCOPE, name: 'campus', ...owner, shared: false, ip_version: 4 },
    create: { name: 'campus', ip_version: 4 },
    update: { name: 'site' },
  },
  ports: {
    object: {
      id: PORT,
      name: 'web',
      ...owner,
      network_id: NETWORK,
      mac_address: 'fa:16:3e:56:9d:50',
      admin_state_up: true,
      status: 'ACTIVE',
      device_id: 'web-1',
      device_owner: 'compute:nova',
      fixed_ips: [{ subnet_id: SUBNET, ip_address: '10.0.0.41' }],
      security_groups: [GROUP],
      port_security_enabled: true,
      allowed_address_pairs: [{ ip_address: '10.0.0.100', mac_address: 'fa:16:3e:56:9d:50' }],
      'binding:host_id': 'host1',
      'binding:profile': {},
      'binding:vif_type': 'bridge',
      'binding:vif_details': {},
      'binding:vnic_type': 'normal',
      data_plane_status: null,
      dns_name: 'web',
      dns_domain: '',
      dns_assignment: [{ ip_address: '10.0.0.41', hostname: 'web', fqdn: 'web.blue.example.org.' }],
      extra_dhcp_opts: [{ opt_name: 'tftp-server', opt_value: '10.0.0.9', ip_version: 4 }],
      ip_allocation: 'immediate',
      device_profile: null,
      hardware_offload_type: null,
      numa_affinity_policy: null,
      trusted: null,
      propagate_uplink_status: true,
      qos_policy_id: QOS,
      qos_network_policy_id: null,
      trunk_details: null,
      ...standard,
      tags: [],
    },
    create: { network_id: NETWORK, name: 'web', fixed_ips: [{ subnet_id: SUBNET }] },
    update: { device_id: 'web-1', device_owner: 'compute:nova' },
  },
  'ports/bindings': {
    object: {
      host: 'host2',
      project_id: PROJECT,
      vif_type: 'bridge',
      vif_details: {},
      vnic_type: 'normal',
      profile: {},
      status: 'INACTIVE',
    },
    create: { host: 'host2' },
    update: { profile: { migrating_to: 'host2' } },
  },
  segments: {
    object: {
      id: SEGMENT,
      network_id: NETWORK,
      name: null,
      network_type: 'vxlan',
      physical_network: null,
      segmentation_id: 5822,
      ...standard,
    },
    create: { network_id: NETWORK, network_type: 'vxlan' },
    update: { name: 'overlay' },
  },
  network_segment_ranges: {
    object: {
      id: RANGE,
      name: 'lab',
      default: false,
      shared: false,
      project_id: PROJECT,
      network_type: 'vlan',
      physical_network: 'physnet1',
      minimum: 100,
      maximum: 102,
      used: { '100': PROJECT },
      available: [101, 102],
      ...standard,
      tags: [],
    },
    create: { name: 'lab', network_type: 'vlan', physical_network: 'physnet1', minimum: 100, maximum: 102 },
    update: { maximum: 110 },
  },
  security_groups: {
    object: {
      id: GROUP,
      name: 'web',
      ...owner,
      stateful: true,
      shared: false,
      security_group_rules: [GROUP_RULE_SHOWN],
      ...standard,
      tags: [],
    },
    create: { name: 'web' },
    update: { description: 'what all may see' },
  },
  security_group_rules: {
    object: GROUP_RULE_SHOWN,
    create: { security_group_id: GROUP, direction: 'ingress', protocol: 'tcp', port_range_min: 80, port_range_max: 80 },
  },
  default_security_group_rules: {
    object: { id: TEMPLATE, ...RULE, used_in_default_sg: false, used_in_non_default_sg: true },
    create: {
      ...{ direction: 'ingress', protocol: 'tcp', port_range_min: 22, port_range_max: 22 },
      ...{ used_in_default_sg: false, used_in_non_default_sg: true },
    },
  },
  address_groups: {
    object: {
      id: ADDRESS_GROUP,
      name: 'offices',
      project_id: PROJECT,
      addresses: ['10.0.0.0/24', 'fd00::/64'],
      ...standard,
    },
    create: { name: 'offices', addresses: ['10.0.0.0/24', 'fd00::/64'] },
    update: { name: 'sites' },
  },
  rbac_policies: {
    object: {
      id: RBAC,
      object_type: 'network',
      object_id: NETWORK,
      target_tenant: 'dddddddddddddddddddddddddddddddd',
      ...owner,
      action: 'access_as_shared',
    },
    create: {
      object_type: 'network',
      object_id: NETWORK,
      target_tenant: 'dddddddddddddddddddddddddddddddd',
      action: 'access_as_shared',
    },
    update: { target_tenant: 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee' },
  },
  policy_target_groups: {
    object: {
      id: TARGET_GROUP,
      name: 'databases',
      description: '',
      ...owner,
      status: 'ACTIVE',
      status_details: '',
      policy_targets: [TARGET],
      l2_policy_id: null,
      application_policy_group_id: null,
      provided_policy_rule_sets: [],
      consumed_policy_rule_sets: [],
      network_service_policy_id: null,
      shared: false,
      service_management: false,
      subnets: [SUBNET],
    },
    create: { name: 'databases', subnets: [SUBNET] },
    update: { description: 'primary and standby' },
  },
  policy_targets: {
    object: {
      id: TARGET,
      name: 'standby',
      description: '',
      ...owner,
      status: 'ACTIVE',
      status_details: '',
      policy_target_group_id: TARGET_GROUP,
      cluster_id: '',
      port_id: PORT,
      fixed_ips: [{ subnet_id: SUBNET, ip_address: '10.0.0.41' }],
    },
    create: { name: 'standby', policy_target_group_id: TARGET_GROUP, port_id: PORT },
    update: { description: 'takes over' },
  },
  agents: {
    object: {
      id: AGENT,
      agent_type: 'DHCP agent',
      binary: 'weft-node-agent',
      topic: 'dhcp_agent',
      host: 'host1',
      admin_state_up: true,
      created_at: '2026-11-20T09:31:24Z',
      started_at: '2026-11-20T09:31:24Z',
      heartbeat_timestamp: '2026-11-20T09:36:28Z',
      alive: true,
      configurations: {},
      description: null,
      availability_zone: 'nova',
    },
    update: { admin_state_up: false },
  },
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
  network_ip_availabilities: {
    object: {
      network_id: NETWORK,
      network_name: 'blue',
      ...owner,
      total_ips: 253,
      used_ips: 3,
      subnet_ip_availability: [
        {
          subnet_id: SUBNET,
          subnet_name: 'blue-v4',
          ip_version: 4,
          cidr: '10.0.0.0/24',
          total_ips: 253,
          used_ips: 3,
          ip_availability_details: ADDRESSES,
        },
      ],
      ip_availability_details: ADDRESSES,
    },
  },
  availability_zones: { object: { name: 'nova', resource: 'network', state: 'available' } },
  drifts: {
    object: {
      id: '5f0c1b6e-2f0e-4a57-8a43-6a1f6f0d9c11',
      host: 'host1',
      kind: 'fdb',
      what: 'vxlan-5822 fa:16:3e:56:9d:50',
      network_id: NETWORK,
      port_id: PORT,
      found_at: '2026-11-20T09:36:28Z',
      healed_at: '2026-11-20T09:36:29Z',
    },
  },
};
