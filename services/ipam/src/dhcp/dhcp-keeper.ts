import type { Database } from '@weft/persistence';
import type { LeaderWork } from '@weft/persistence';
import { logger } from '@weft/telemetry';
import type { NetworkRepository } from '../network/network.repository';
import { RESERVED } from '../proof/port-state';
import { alive } from '../node/alive';
import { isUnfit, mayBeGiven } from './dhcp-nodes';
import type { DhcpPlacement } from './dhcp-placement';

const log = logger('dhcp-keeper');

const PERIOD_MS = 2_000;
/** After a start all nodes look dead until they have been heard: nothing moves before. */
const GRACE_MS = 20_000;
const BATCH = 50;

/** Finds networks that lack a living DHCP server and has them placed anew, as nodes come and go. */
export class DhcpKeeper implements LeaderWork {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private since = 0;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly nodesPerNetwork: number,
    private readonly placement: DhcpPlacement,
    private readonly networks: NetworkRepository,
  ) {}

  start(): void {
    this.since = Date.now();
    this.stopped = false;
    this.timer = setInterval(() => {
      this.round = this.round
        .then(() => this.keep())
        .catch((error: unknown) => log.warn({ err: error }, 'round failed'));
    }, PERIOD_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.round;
  }

  private async keep(): Promise<void> {
    const settled = Date.now() - this.since > GRACE_MS;
    const tried: string[] = [];
    // A node that dies may leave thousands of networks: round after round, until nobody is in need.
    for (;;) {
      const needy = await this.needy(settled, tried);
      for (const id of needy) await this.help(id);
      if (needy.length < BATCH || this.stopped) return;
      tried.push(...needy);
    }
  }

  private async help(id: string): Promise<void> {
    // One network that cannot be helped is no reason to leave the next ones without.
    await this.database
      .transaction(async (tx) => {
        if (await this.networks.lockForChange(tx, id)) await this.placement.arrange(tx, id);
      })
      .catch((error: unknown) => log.warn({ err: error, network: id }, 'cannot place its servers'));
  }

  /** Networks with a DHCP subnet whose servers are fewer than there is room for, or unfit, while another node can. Who seems dead is so once settled. */
  private async needy(settled: boolean, tried: readonly string[]): Promise<string[]> {
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
      [this.nodesPerNetwork, settled, tried],
    );
    return rows.map(({ id }) => id);
  }
}
