import { dhcpAssignmentFact } from '@weft/contracts';
import { statement } from '@weft/persistence';
import type { FactSource } from '@weft/service-kit';

export interface DhcpBindingRow {
  readonly network_id: string;
  readonly host: string;
  /** The server's port. */
  readonly port_id: string;
}

const lock = statement(
  'dhcp-facts',
  'SELECT network_id, host, port_id, generation FROM dhcp_binding WHERE network_id = $1 AND host = $2 FOR UPDATE',
);

/** A node serves DHCP for a network. */
export const dhcpBindingFacts: FactSource<DhcpBindingRow, 'dhcp-assignment'> = {
  *of({ network_id, host, port_id }) {
    yield [dhcpAssignmentFact.key(host, network_id), { network: network_id, port: port_id }];
  },
  generations: { 'dhcp-assignment': 'SELECT host, network_id AS network, generation FROM dhcp_binding' },
  async lock(tx, { network, host }) {
    const [row] = await tx.query<DhcpBindingRow & { generation: number } & Record<string, unknown>>(lock, [
      network,
      host,
    ]);
    return row ?? null;
  },
};
