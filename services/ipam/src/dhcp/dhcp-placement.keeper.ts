import { Injectable } from '@nestjs/common';
import { Database, type Term } from '@weft/persistence';
import { type LeaderTask, RunByLeader } from '@weft/service-kit';
import { logger } from '@weft/telemetry';
import { IpamSettings } from '../ipam.settings';
import { NetworkRepository } from '../network/network.repository';
import { RESERVED } from '../proof/port-state';
import { alive } from '../node/alive';
import { isUnfit, mayBeGiven } from './dhcp-nodes';
import { DhcpPlacement } from './dhcp.placement';

const log = logger('dhcp-placement');

/** After a start all nodes seem dead until their first heartbeat: no server is moved before. */
const GRACE_MS = 20_000;
const BATCH = 50;

/** Finds networks that lack a living DHCP server and has them placed again, as nodes come and go. */
@RunByLeader({ everyMs: 2_000, delayed: true })
@Injectable()
export class DhcpPlacementKeeper implements LeaderTask {
  constructor(
    private readonly database: Database,
    private readonly settings: IpamSettings,
    private readonly placement: DhcpPlacement,
    private readonly networks: NetworkRepository,
  ) {}

  async run({ signal, startedAt }: Term): Promise<void> {
    const livenessKnown = Date.now() - startedAt > GRACE_MS;
    const tried: string[] = [];
    // A node that dies may leave thousands of networks: batch after batch, until none is in need.
    for (;;) {
      const needy = await this.needy(livenessKnown, tried);
      for (const id of needy) await this.place(id);
      if (needy.length < BATCH || signal.aborted) return;
      tried.push(...needy);
    }
  }

  private async place(id: string): Promise<void> {
    // One network that cannot be placed must not keep the next ones waiting.
    await this.database
      .transaction(async (tx) => {
        if (await this.networks.lockForChange(tx, id)) await this.placement.arrange(tx, id);
      })
      .catch((error: unknown) => log.warn({ err: error, network: id }, 'DHCP servers cannot be placed'));
  }

  /** Networks with a DHCP subnet whose servers are fewer than there is room for, or unfit, while another node can. Nodes without a heartbeat count as dead once that is known. */
  private async needy(livenessKnown: boolean, tried: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT n.id FROM network n
       WHERE NOT n.id = ANY($3::uuid[])
         AND EXISTS (SELECT 1 FROM subnet s WHERE s.network_id = n.id AND s.enable_dhcp)
         AND (((SELECT count(*) FROM dhcp_binding b WHERE b.network_id = n.id) < $1 * GREATEST(1, (
                 SELECT count(DISTINCT s.segment_id) FROM subnet s WHERE s.network_id = n.id AND s.enable_dhcp))
               AND EXISTS (SELECT 1 FROM subnet s WHERE s.network_id = n.id AND s.enable_dhcp
                 AND (NOT (${RESERVED}) OR EXISTS (SELECT 1 FROM free_range f WHERE f.pool = s.id))))
           OR EXISTS (SELECT 1 FROM dhcp_binding b WHERE b.network_id = n.id AND ${isUnfit('b')}
             AND ($2 OR EXISTS (SELECT 1 FROM node l WHERE l.host = b.host AND ${alive('l')}))))
         AND EXISTS (SELECT 1 FROM node w WHERE ${mayBeGiven('w', 'n')}
           AND w.host NOT IN (SELECT b.host FROM dhcp_binding b WHERE b.network_id = n.id))
       ORDER BY n.id LIMIT ${BATCH}`,
      [this.settings.dhcpNodesPerNetwork, livenessKnown, tried],
    );
    return rows.map(({ id }) => id);
  }
}
