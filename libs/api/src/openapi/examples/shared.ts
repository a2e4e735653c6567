export const NETWORK = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';
export const SUBNET = '9ee47171-5448-486e-a376-452ba548264c';
export const PORT = 'edc4150e-b0fd-4aa9-a64d-729c3a682e74';
export const SEGMENT = '2625a854-86e3-4c08-a834-8465e22f7cd4';
export const AGENT = '7c1a9f0e-5d0b-4f43-9d1c-0e7f3c1c2a11';
export const RANGE = '0b0e4b9f-6f0c-4d5b-8a9e-6a4d3c2b1a00';
export const RBAC = '5a1d7c3e-2b8f-4c6a-9d0e-1f2a3b4c5d6e';
export const QOS = 'c1d2e3f4-0a1b-4c2d-8e3f-405162738495';
export const SUBPORT = '0f6c2b1a-9d8e-4c7b-a6f5-e4d3c2b1a099';
export const TRUNK = 'd682f996-accb-4d8e-8468-d8c05d7304c2';
export const SCOPE = '68d9a5df-b89b-40a8-8ade-1e783a5dfb91';
export const POOL = 'bd655aa4-a590-4f44-a08f-127ab1847c36';
export const TARGET_GROUP = '3f8d1f0a-6a0e-4a3c-8e2b-1d2c3b4a5968';
export const TARGET = '7b1e2d3c-4f5a-4b6c-9d7e-8f9a0b1c2d3e';
export const GROUP = '1a593dab-6c2e-47de-a760-fa596f3370a7';
export const GROUP_RULE = '0c617ad3-96b3-4f4d-9666-d349ba8f8ce9';
export const TEMPLATE = 'f510438d-9d16-4009-96c2-3dd6b4602ddc';
export const ADDRESS_GROUP = '60dbeebe-3c21-491f-8399-462519454b77';
export const PROJECT = 'cccccccccccccccccccccccccccccccc';

export const owner = { tenant_id: PROJECT, project_id: PROJECT };
export const standard = {
  description: '',
  revision_number: 1,
  created_at: '2026-11-20T09:31:24Z',
  updated_at: '2026-11-20T09:31:24Z',
};

export const ADDRESSES = {
  total_ips_in_subnet: 254,
  total_ips_in_allocation_pool: 253,
  used_ips_in_subnet: 3,
  used_ips_in_allocation_pool: 3,
};

export const RULE = {
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
export const GROUP_RULE_SHOWN = {
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
