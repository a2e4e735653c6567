const NETWORK = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
const SUBNET = '9ee47171-5448-486e-a376-452ba548264c';
const PORT = 'edc4150e-b0fd-4aa9-a64d-729c3a682e74';
const SEGMENT = '2625a854-86e3-4c08-a834-8465e22f7cd4';
const AGENT = '7c1a9f0e-5d0b-4f43-9d1c-0e7f3c1c2a11';
const PROJECT = 'cccccccccccccccccccccccccccccccc';

const owner = { tenant_id: PROJECT, project_id: PROJECT };
const standard = {
  description: '',
  revision_number: 1,
  created_at: '2026-11-20T09:31:24Z',
  updated_at: '2026-11-20T09:31:24Z',
};

interface Example {
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
      'provider:network_type': 'vxlan',
      'provider:physical_network': null,
      'provider:segmentation_id': 5822,
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
      ...standard,
      tags: [],
    },
    create: { network_id: NETWORK, ip_version: 4, cidr: '10.0.0.0/24' },
    update: { dns_nameservers: ['10.0.0.53'] },
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
      'binding:host_id': 'host1',
      'binding:profile': {},
      'binding:vif_type': 'bridge',
      'binding:vif_details': {},
      'binding:vnic_type': 'normal',
      ...standard,
      tags: [],
    },
    create: { network_id: NETWORK, name: 'web', fixed_ips: [{ subnet_id: SUBNET }] },
    update: { device_id: 'web-1', device_owner: 'compute:nova' },
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
    },
    update: { admin_state_up: false },
  },
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
