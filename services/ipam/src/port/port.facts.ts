import {
  type GroupMemberFact,
  groupMemberFact,
  networkPortFact,
  type PortAssignment,
  portAssignmentFact,
  type PortFact,
} from '@weft/contracts';
import { statement } from '@weft/persistence';
import type { FactSource } from '@weft/service-kit';
import { pairsOfPort } from '../security/port-security';
import { lockPort, type PortRow, type StoredPort } from './port.repository';

const keepNetwork = statement(
  'port-facts-network',
  'SELECT 1 FROM network WHERE id = (SELECT network_id FROM port WHERE id = $1) FOR KEY SHARE',
);

/** A port for its network; for each of its groups; for the node where it is bound. */
export const portFacts: FactSource<StoredPort, 'network-port' | 'group-member' | 'port-assignment'> = {
  *of(port) {
    yield [networkPortFact.key(port.network_id, port.id), networkPort(port)];
    for (const group of port.security_groups) yield [groupMemberFact.key(group, port.id), groupMember(group, port)];
    if (port.host !== null) yield [portAssignmentFact.key(port.host, port.id), assignment(port)];
  },
  generations: {
    'network-port': 'SELECT network_id AS network, id AS port, generation FROM port',
    'group-member': 'SELECT g AS group, id AS port, generation FROM port, unnest(security_groups) g',
    'port-assignment': 'SELECT host, id AS port, generation FROM port WHERE host IS NOT NULL',
  },
  async lock(tx, { port }): Promise<PortRow | null> {
    await tx.query(keepNetwork, [port]);
    return lockPort(tx, port);
  },
};

const networkPort = (port: StoredPort): PortFact => ({
  id: port.id,
  network: port.network_id,
  mac: port.mac,
  host: port.host,
  adminStateUp: port.admin_state_up,
  deviceId: port.device_id,
  deviceOwner: port.device_owner,
  projectId: port.project_id,
  addresses: port.fixed_ips.map(({ subnet_id, ip_address }) => ({ subnet: subnet_id, ip: ip_address })),
  dnsName: port.dns_name.split('.')[0]!,
  dhcpOptions: port.dhcp_options.map(({ opt_name: name, opt_value: value, ip_version: ipVersion }) => ({
    name,
    value,
    ipVersion,
  })),
  mobile: port.mobile,
  subport: port.subport,
});

const assignment = (port: StoredPort): PortAssignment => ({
  port: port.id,
  network: port.network_id,
  qosPolicy: port.qos_policy_id ?? port.qos_network_policy_id,
  security: port.port_security ? { groups: port.security_groups, pairs: pairsOfPort(port) } : null,
});

/** Every address that it may send from. */
const groupMember = (group: string, port: StoredPort): GroupMemberFact => ({
  group,
  port: port.id,
  addresses: [
    ...new Set([...port.fixed_ips.map(({ ip_address }) => ip_address), ...pairsOfPort(port).map(({ ip }) => ip)]),
  ],
});
