import { Injectable } from '@nestjs/common';
import type { Tx } from '@weft/persistence';
import { NetworkRepository } from '../network/network.repository';
import { type AddressPair, PortRepository, type PortRow } from '../port/port.repository';
import { PortStore } from '../port/port.store';

/**
 * Clusters of policy targets: the members' ports may send with the addresses of their master's, so that one of them may take its place. It
 * follows from the rows of targets and ports, and is worked out anew whenever one of them changes; pairs that a user has set stay.
 */
@Injectable()
export class Clusters {
  constructor(
    private readonly networks: NetworkRepository,
    private readonly ports: PortRepository,
    private readonly writer: PortStore,
  ) {}

  /** Makes the ports of this master's cluster as they must be. */
  async settle(tx: Tx, masterId: string): Promise<void> {
    const targets = await tx.query<{ id: string; port_id: string }>(
      'SELECT id, port_id FROM policy_target WHERE id = $1 OR cluster = $1 ORDER BY port_id',
      [masterId],
    );
    const master = targets.find(({ id }) => id === masterId);
    if (!master) return;
    const locked = new Map<string, PortRow>();
    for (const { port_id } of targets) locked.set(port_id, (await this.lock(tx, port_id))!);
    const identity = identityOf(locked.get(master.port_id)!);
    for (const port of locked.values()) {
      const isMaster = port.id === master.port_id;
      const next = isMaster ? { mobile: targets.length > 1 } : { cluster_pairs: identity };
      await this.change(tx, port, next);
    }
  }

  /** The port's target is in no cluster any more. */
  async leave(tx: Tx, portId: string): Promise<void> {
    const port = await this.lock(tx, portId);
    if (port) await this.change(tx, port, { cluster_pairs: [] });
  }

  /** A port has changed: whoever may stand in for it learns of its addresses in the same transaction. */
  async follow(tx: Tx, port: PortRow): Promise<void> {
    if (!port.mobile) return;
    const [target] = await tx.query<{ id: string }>('SELECT id FROM policy_target WHERE port_id = $1', [port.id]);
    if (target) await this.settle(tx, target.id);
  }

  private async change(tx: Tx, port: PortRow, next: Partial<PortRow>): Promise<void> {
    const wanted = { ...port, ...next };
    if (JSON.stringify(wanted) !== JSON.stringify(port)) await this.writer.change(tx, port, wanted, []);
  }

  private async lock(tx: Tx, id: string): Promise<PortRow | null> {
    const network = await this.ports.networkOf(tx, id);
    if (!network) return null;
    await this.networks.lockForUse(tx, network);
    return this.ports.lock(tx, id);
  }
}

const identityOf = ({ mac, fixed_ips }: PortRow): AddressPair[] =>
  fixed_ips.map(({ ip_address }) => ({ ip_address, mac_address: mac }));
