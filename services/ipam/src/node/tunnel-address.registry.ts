import type { Heartbeat } from '@weft/contracts';
import { canonicalIp } from '@weft/net';
import { statement, type Tx } from '@weft/persistence';
import { publishChange } from '@weft/service-kit';
import { logger } from '@weft/telemetry';
import { alive } from './alive';
import { NODE_FACT_COLUMNS, type NodeFactRow, nodeFacts } from './node.facts';

const log = logger('tunnels');

const holders = statement(
  'tunnel-holders',
  `SELECT host, tunnel_ip FROM node WHERE tunnel_ip = ANY($1::text[]) AND ${alive('node')}`,
);
const lock = statement('tunnel-lock', `SELECT pg_advisory_xact_lock(hashtextextended('tunnel ' || $1, 0))`);
const release = statement(
  'tunnel-release',
  `UPDATE node SET tunnel_ip = NULL, generation = nextval('generation') WHERE tunnel_ip = $1 AND host <> $2 AND NOT (${alive('node')})
   RETURNING ${NODE_FACT_COLUMNS}`,
);

/** Tunnel addresses of nodes that are known, by host. */
export type Tunnels = ReadonlyMap<string, { readonly tunnel_ip: string | null }>;

/**
 * Tunnel addresses as nodes claim them. Others send their packets there, so nobody gets the address of another that lives: who claims it
 * keeps what he had. Of a dead one it may be taken, for a host may come back under another name.
 */
export class TunnelAddressRegistry {
  /** What was last refused to a host: said once. */
  private readonly refused = new Map<string, string>();

  /** Heartbeats with the addresses that their nodes may have. */
  async settle(reader: Pick<Tx, 'query'>, beats: readonly Heartbeat[], known: Tunnels): Promise<Heartbeat[]> {
    const claimed = beats.map((beat) => ({
      ...beat,
      tunnelIp: beat.tunnelIp === null ? null : canonicalIp(beat.tunnelIp),
    }));
    const changed = claimed.filter(({ host, tunnelIp }) => tunnelIp !== null && tunnelIp !== had(known, host));
    if (changed.length === 0) return claimed;
    const rows = await reader.query<{ host: string; tunnel_ip: string }>(holders, [
      changed.map((beat) => beat.tunnelIp),
    ]);
    return claimed.map((beat) => {
      const holder = rows.find(({ host, tunnel_ip }) => tunnel_ip === beat.tunnelIp && host !== beat.host);
      this.say(beat, holder?.host);
      return holder && changed.includes(beat) ? { ...beat, tunnelIp: had(known, beat.host) } : beat;
    });
  }

  /** {@link settle} of one, for good: until the transaction ends nobody else gets its address, and dead nodes lose it. */
  async take(tx: Tx, beat: Heartbeat, known: Tunnels): Promise<Heartbeat> {
    const { host, tunnelIp } = beat;
    if (tunnelIp === null || tunnelIp === had(known, host)) return beat;
    await tx.query(lock, [tunnelIp]);
    const dead = await tx.query<NodeFactRow>(release, [tunnelIp, host]);
    for (const node of dead) publishChange(tx, nodeFacts, null, node, node.generation);
    const [settled] = await this.settle(tx, [beat], known);
    return settled!;
  }

  private say({ host, tunnelIp }: Heartbeat, holder: string | undefined): void {
    if (holder === undefined) return void this.refused.delete(host);
    const refusal = `${tunnelIp} of ${holder}`;
    if (this.refused.get(host) === refusal) return;
    this.refused.set(host, refusal);
    log.warn({ host, holder, tunnelIp }, 'a node claims the tunnel address of another living one: refused');
  }
}

const had = (known: Tunnels, host: string): string | null => known.get(host)?.tunnel_ip ?? null;
