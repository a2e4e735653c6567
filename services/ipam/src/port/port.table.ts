import { invalidInput, type Json, ports } from '@weft/contracts';
import { type FilterSql, isUuid, type ResourceTable, timestamp } from '@weft/service-kit';
import { vifOf } from './vif';

const vif = vifOf('p');

/** Each address with the name that it has in DNS. */
const dnsAssignment = (domain: string): string => `(
  SELECT COALESCE(json_agg(json_build_object('ip_address', a.ip, 'hostname', a.host, 'fqdn', a.host || '.' ||
      COALESCE(NULLIF(n.dns_domain, ''), '${domain.replaceAll("'", "''")}.')) ORDER BY a.i), '[]')
  FROM (SELECT f->>'ip_address' AS ip, i,
          COALESCE(NULLIF(split_part(p.dns_name, '.', 1), ''), 'host-' || translate(f->>'ip_address', '.:', '--')) AS host
        FROM jsonb_array_elements(p.fixed_ips) WITH ORDINALITY AS e (f, i)) a)`;

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

/** @param dnsDomain the cloud's, without a trailing dot */
export const portTable = (dnsDomain: string): ResourceTable => ({
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
    security_groups: 'p.security_groups',
    port_security_enabled: 'p.port_security',
    allowed_address_pairs: `(
      SELECT COALESCE(json_agg(json_build_object('ip_address', a->>'ip_address', 'mac_address', COALESCE(a->>'mac_address', p.mac))), '[]')
      FROM jsonb_array_elements(p.address_pairs || p.cluster_pairs) a)`,
    'binding:vnic_type': 'p.vnic_type',
    'binding:profile': 'p.profile',
    'binding:host_id': `COALESCE(p.host, '')`,
    'binding:vif_type': vif.type,
    'binding:vif_details': vif.details,
    dns_name: 'p.dns_name',
    dns_domain: 'p.dns_domain',
    dns_assignment: dnsAssignment(dnsDomain),
    extra_dhcp_opts: 'p.dhcp_options',
    data_plane_status: 'p.data_plane_status',
    ip_allocation: 'p.ip_allocation',
    propagate_uplink_status: 'p.propagate_uplink_status',
    device_profile: 'p.device_profile',
    hardware_offload_type: 'p.hardware_offload_type',
    numa_affinity_policy: 'p.numa_affinity_policy',
    trusted: 'p.trusted',
    qos_policy_id: 'p.qos_policy_id',
    qos_network_policy_id: 'p.qos_network_policy_id',
    trunk_details: `(SELECT json_build_object('trunk_id', t.id, 'sub_ports',
        COALESCE(json_agg(json_build_object('port_id', s.port_id, 'segmentation_type', s.segmentation_type,
          'segmentation_id', s.segmentation_id, 'mac_address', c.mac) ORDER BY s.segmentation_id) FILTER (WHERE s.port_id IS NOT NULL), '[]'))
      FROM trunk t LEFT JOIN subport s ON s.trunk_id = t.id LEFT JOIN port c ON c.id = s.port_id
      WHERE t.port_id = p.id GROUP BY t.id)`,
    description: 'p.description',
    tags: 'p.tags',
    revision_number: 'p.revision_number',
    created_at: timestamp('p.created_at'),
    updated_at: timestamp('p.updated_at'),
  },
  filters: {
    fixed_ips: fixedIps,
    security_groups: (sql, values) => `p.security_groups && ${sql.bind(values.map(String).filter(isUuid))}::uuid[]`,
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
});

/** Compared as uuid, so that the index serves; a value that is none matches nothing. */
function uuidFilter(column: string): FilterSql {
  return (sql, values: readonly Json[]) => sql.among(column, values.map(String).filter(isUuid), 'uuid');
}
