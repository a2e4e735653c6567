import { timestamp } from '@weft/service-kit';

/** What a rule and the template of one show alike; `r` is the row. */
export const sharedColumns = {
  id: 'r.id',
  direction: 'r.direction',
  ethertype: 'r.ethertype',
  protocol: 'r.protocol',
  port_range_min: 'r.port_range_min',
  port_range_max: 'r.port_range_max',
  remote_ip_prefix: 'r.remote_ip_prefix',
  remote_address_group_id: 'r.remote_address_group_id',
  description: 'r.description',
  revision_number: 'r.revision_number',
  created_at: timestamp('r.created_at'),
  updated_at: timestamp('r.updated_at'),
} as const;

/** Of a rule; `g` is its group. */
export const ruleColumns = {
  ...sharedColumns,
  security_group_id: 'r.group_id',
  tenant_id: 'r.project_id',
  project_id: 'r.project_id',
  remote_group_id: 'r.remote_group_id',
  normalized_cidr: 'r.normalized_cidr',
  belongs_to_default_sg: 'g.is_default',
} as const;

/** What may be null sorts before all else. */
export const sorts = Object.fromEntries([
  ...['protocol', 'remote_ip_prefix', 'normalized_cidr', 'remote_group_id', 'remote_address_group_id'].map((name) => [
    ...[name, `COALESCE(r.${name}::text, '')`],
  ]),
  ...['port_range_min', 'port_range_max'].map((name) => [name, `COALESCE(r.${name}, -1)`]),
]) as Readonly<Record<string, string>>;
