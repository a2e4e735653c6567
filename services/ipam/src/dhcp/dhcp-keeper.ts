import type { Database } from '@weft/persistence';
import type { LeaderWork } from '@weft/persistence';
import { logger } from '@weft/telemetry';
import type { NetworkRepository } from '../network/network.repository';
import { alive } from '../node/alive';
import { RESERVED } from '../proof/port-state';
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

  constructor(
    private readonly database: Database,
    private readonly nodesPerNetwork: number,
    private readonly placement: DhcpPlacement,
    private readonly networks: NetworkRepository,
  ) {}

  start(): void {
    this.since = Date.now();
    this.timer = setInterval(() => {
      this.round = this.round
        .then(() => this.keep())
        .catch((error: unknown) => log.warn({ err: error }, 'round failed'));
    }, PERIOD_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  private async keep(): Promise<void> {
    const settled = Date.now() - this.since > GRACE_MS;
    for (const id of await this.needy(settled)) {
      // One network that cannot be helped is no reason to leave the next ones without.
      await this.database
        .transaction(async (tx) => {
          if (await this.networks.lockForChange(tx, id)) await this.placement.arrange(tx, id);
        })
        .catch((error: unknown) => log.warn({ err: error, network: id }, 'cannot place its servers'));
    }
  }

  /** Networks with a DHCP subnet whose servers are fewer than there is room for, or (once settled) dead while another node lives. */
  private async needy(settled: boolean): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `WITH living AS (SELECT w.host FROM node w WHERE ${alive('w')}),
            able AS (SELECT a.host FROM agent a JOIN living USING (host) WHERE a.role = 'dhcp' AND a.admin_state_up)
       SELECT n.id FROM network n
       WHERE EXISTS (SELECT 1 FROM subnet s WHERE s.network_id = n.id AND s.enable_dhcp)
         AND EXISTS (SELECT 1 FROM able WHERE host NOT IN (SELECT b.host FROM dhcp_binding b WHERE b.network_id = n.id))
         AND ((SELECT count(*) FROM dhcp_binding b WHERE b.network_id = n.id) < $1 AND EXISTS (SELECT 1 FROM subnet s
               WHERE s.network_id = n.id AND s.enable_dhcp
                 AND (NOT (${RESERVED}) OR EXISTS (SELECT 1 FROM free_range f WHERE f.pool = s.id)))
           OR ($2 AND EXISTS (SELECT 1 FROM dhcp_binding b WHERE b.network_id = n.id AND b.host NOT IN (SELECT host FROM living))))
       ORDER BY n.id LIMIT ${BATCH}`,
      [this.nodesPerNetwork, settled],
    );
    return rows.map(({ id }) => id);
  }
}
