import { agents } from '@weft/contracts';
import type { ResourceTable } from '@weft/service-kit';
import { alive } from './alive';

/** A node's role as an agent, by the names that clients know. */
const TYPES = { l2: 'Linux bridge agent', dhcp: 'DHCP agent', metadata: 'Metadata agent' };
const BINARIES = { l2: 'neutron-linuxbridge-agent', dhcp: 'neutron-dhcp-agent', metadata: 'neutron-metadata-agent' };
const TOPICS = { l2: 'N/A', dhcp: 'dhcp_agent', metadata: 'N/A' };

const byRole = (names: Readonly<Record<string, string>>): string =>
  `CASE a.role ${Object.entries(names)
    .map(([role, name]) => `WHEN '${role}' THEN '${name}'`)
    .join(' ')} END`;

/** Agents write their times as the reference does: a blank between date and time. */
const time = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')`;

const ALIVE = `(${alive('w')})`;

export const agentTable: ResourceTable = {
  definition: agents,
  table: 'agent',
  from: 'agent a JOIN node w ON w.host = a.host',
  id: 'a.id',
  columns: {
    id: 'a.id',
    agent_type: byRole(TYPES),
    binary: byRole(BINARIES),
    topic: byRole(TOPICS),
    host: 'a.host',
    admin_state_up: 'a.admin_state_up',
    created_at: time('a.created_at'),
    started_at: time('w.started_at'),
    heartbeat_timestamp: time('w.heartbeat_at'),
    alive: ALIVE,
    configurations:
      `json_build_object('tunneling_ip', w.tunnel_ip, 'interface_mappings', w.bridge_mappings, 'version', w.version, ` +
      `'in_sync', w.in_sync, 'capabilities', w.capabilities, 'devices', COALESCE((w.counts->>'ports')::int, 0), 'counts', w.counts)`,
    description: 'a.description',
    availability_zone: 'w.availability_zone',
  },
  filters: {
    alive: (sql, values) => `${ALIVE} = ANY(${sql.bind(values)}::boolean[])`,
    admin_state_up: (sql, values) => `a.admin_state_up = ANY(${sql.bind(values)}::boolean[])`,
  },
  sorts: { description: `COALESCE(a.description, '')` },
  // Operators only: policy has no way for anybody else.
  visibility: [],
};
