import { type Json, networkIpAvailabilities } from '@weft/contracts';
import type { Filters, ResourceTable } from '@weft/service-kit';

/** The numbers of subnets, each told of its network as well. Numerics: a /64 has more addresses than a double can count. */
const DETAILS = [
  'total_ips_in_subnet',
  'total_ips_in_allocation_pool',
  'used_ips_in_subnet',
  'used_ips_in_allocation_pool',
];
const details = (value: (name: string) => string): string =>
  `json_build_object(${DETAILS.map((name) => `'${name}', ${value(name)}`).join(', ')})`;

/** Subnets of the IP version asked for, if one was. */
const ofVersion = (versions: readonly Json[] | undefined): string => {
  if (!versions) return 'true';
  const known = [4, 6].filter((version) => versions.map(String).includes(String(version)));
  return known.length === 0 ? 'false' : `s.ip_version IN (${known.join(', ')})`;
};

/**
 * Each subnet's pools as one multirange, its addresses counted once, whether in a pool or not. Where it has pools these are what it
 * has to give, else all of its prefix is; hosts have neither the network nor the broadcast address (RFC 3021: but in a /31, a /32).
 */
const availability = ({ ip_version }: Filters): string => `
  network n CROSS JOIN LATERAL (
    SELECT COALESCE(sum(t.total), 0) AS total, COALESCE(sum(t.used_ips_in_subnet), 0) AS used,
      ${details((name) => `COALESCE(sum(t.${name}), 0)`)} AS details,
      COALESCE(json_agg(json_build_object('subnet_id', t.id, 'subnet_name', t.name, 'ip_version', t.ip_version, 'cidr', t.cidr,
        'total_ips', t.total, 'used_ips', t.used_ips_in_subnet, 'ip_availability_details', ${details((name) => `t.${name}`)})
        ORDER BY t.created_at, t.id), '[]') AS subnets
    FROM (
      SELECT s.id, s.name, s.ip_version, s.cidr, s.created_at, u.*, p.size AS total_ips_in_allocation_pool,
        CASE WHEN p.pools IS NULL THEN c.size ELSE p.size END AS total,
        CASE WHEN s.ip_version = 4 AND c.size > 2 THEN c.size - 2 ELSE c.size END AS total_ips_in_subnet
      FROM subnet s
      CROSS JOIN LATERAL (
        SELECT power(2::numeric, CASE s.ip_version WHEN 4 THEN 32 ELSE 128 END - masklen(s.cidr))::numeric(39) AS size) c
      CROSS JOIN LATERAL (
        SELECT COALESCE(sum(r.last - r.first + 1), 0) AS size, range_agg(numrange(r.first, r.last, '[]')) AS pools
        FROM (SELECT ip_number((a->>'start')::inet) AS first, ip_number((a->>'end')::inet) AS last
              FROM jsonb_array_elements(s.allocation_pools) a) r) p
      CROSS JOIN LATERAL (
        SELECT count(*) AS used_ips_in_subnet, count(*) FILTER (WHERE i.ip <@ p.pools) AS used_ips_in_allocation_pool
        FROM ip_allocation i WHERE i.subnet_id = s.id) u
      WHERE s.network_id = n.id AND ${ofVersion(ip_version)}) t) a`;

export const availabilityTable: ResourceTable = {
  definition: networkIpAvailabilities,
  table: 'network',
  from: availability,
  id: 'n.id',
  columns: {
    network_id: 'n.id',
    network_name: 'n.name',
    tenant_id: 'n.project_id',
    project_id: 'n.project_id',
    total_ips: 'a.total',
    used_ips: 'a.used',
    subnet_ip_availability: 'a.subnets',
    ip_availability_details: 'a.details',
  },
  filters: {
    // Networks with such subnets; what is told of them is told of these alone.
    ip_version: (_, values) => `EXISTS (SELECT 1 FROM subnet s WHERE s.network_id = n.id AND ${ofVersion(values)})`,
  },
  // Operators and services only: policy has no way for anybody else.
  visibility: [],
};
