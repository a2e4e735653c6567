import { invalidInput, type Json, ports } from '@weft/contracts';
import { type FilterSql, isUuid, type ResourceTable } from '@weft/service-kit';
import { timestamp } from '../timestamp';

/** Whether the node of `host` can wire ports at all: known, and with a layer 2 agent. Not whether it lives at this moment. */
const BINDABLE = `EXISTS (SELECT 1 FROM node w WHERE w.host = p.host AND 'l2' = ANY(w.roles))`;

type FixedIpFilter = Readonly<Record<string, readonly string[]>>;

/** `fixed_ips=ip_address=…&fixed_ips=subnet_id=…&fixed_ips=ip_address_substr=…`: OR within a key, AND between keys. */
const fixedIps: FilterSql = (sql, values) => {
  const byKey: Record<string, (texts: readonly string[]) => string> = {
    ip_address: (texts) => `f->>'ip_address' = ANY(${sql.bind(texts)}::text[])`,
    subnet_id: (texts) => `f->>'subnet_id' = ANY(${sql.bind(texts)}::text[])`,
    ip_address_substr: (texts) =>
      `EXISTS (SELECT 1 FROM unnest(${sql.bind(texts)}::text[]) t WHERE strpos(f->>'ip_address', t) > 0)`,
  };
  const conditions = (values as unknown as FixedIpFilter[]).flatMap((filter) =>
    Object.entries(filter).map(([key, texts]) => {
      const condition = byKey[key];
      if (!condition) throw invalidInput(`'${key}' is not a valid key of fixed_ips`);
      return `EXISTS (SELECT 1 FROM jsonb_array_elements(p.fixed_ips) f WHERE ${condition(texts)})`;
    }),
  );
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
};

export const portTable: ResourceTable = {
  definition: ports,
  table: 'port',
  from: 'port p JOIN network n ON n.id = p.network_id',
  id: 'p.id',
  columns: {
    id: 'p.id',
    name: 'p.name',
    network_id: 'p.network_id',
    tenant_id: 'p.project_id',
    project_id: 'p.project_id',
    mac_address: 'p.mac',
    admin_state_up: 'p.admin_state_up',
    status: 'p.status',
    device_id: 'p.device_id',
    device_owner: 'p.device_owner',
    fixed_ips: 'p.fixed_ips',
    'binding:vnic_type': 'p.vnic_type',
    'binding:profile': 'p.profile',
    'binding:host_id': `COALESCE(p.host, '')`,
    'binding:vif_type': `CASE WHEN p.host IS NULL THEN 'unbound' WHEN ${BINDABLE} THEN 'bridge' ELSE 'binding_failed' END`,
    'binding:vif_details':
      `CASE WHEN p.host IS NOT NULL AND ${BINDABLE} THEN json_build_object('port_filter', false, 'connectivity', 'l2', ` +
      `'bridge_name', 'brq' || left(p.network_id::text, 11)) ELSE '{}' END`,
    description: 'p.description',
    tags: 'p.tags',
    revision_number: 'p.revision_number',
    created_at: timestamp('p.created_at'),
    updated_at: timestamp('p.updated_at'),
  },
  filters: {
    fixed_ips: fixedIps,
    network_id: uuidFilter('p.network_id'),
    id: uuidFilter('p.id'),
    device_id: (sql, values) => sql.among('p.device_id', values, 'text'),
    project_id: (sql, values) => sql.among('p.project_id', values, 'text'),
  },
  visibility: [
    {
      rows: (project) => `p.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project }),
    },
    {
      // As an array, so that the planner may combine the indexes of both ways.
      rows: (project) => `p.network_id = ANY(ARRAY(SELECT o.id FROM network o WHERE o.project_id = ${project}))`,
      target: (project) => ({ 'network:project_id': project, 'network:tenant_id': project }),
    },
  ],
};

/** Compared as uuid, so that the index serves; a value that is none matches nothing. */
function uuidFilter(column: string): FilterSql {
  return (sql, values: readonly Json[]) => sql.among(column, values.map(String).filter(isUuid), 'uuid');
}
