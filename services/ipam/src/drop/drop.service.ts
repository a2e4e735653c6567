import { Injectable } from '@nestjs/common';
import type { DropBatch, DropSample } from '@weft/contracts';
import { Database, statement, type Tx } from '@weft/persistence';

/** Samples kept of a port. */
export const KEPT = 100;

const remember = statement(
  'drop-batch',
  `INSERT INTO drop_batch (host, batch) VALUES ($1, $2)
   ON CONFLICT (host) DO UPDATE SET batch = excluded.batch WHERE drop_batch.batch <> excluded.batch RETURNING 1`,
);
const count = statement(
  'drop-count',
  `INSERT INTO drop_count AS old (port_id, reason, packets, last_at)
   SELECT c.port, c.reason, sum(c.packets), now() FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS c (port, reason, packets)
   JOIN port p ON p.id = c.port AND p.host = $4 GROUP BY c.port, c.reason ORDER BY c.port, c.reason
   ON CONFLICT (port_id, reason) DO UPDATE SET packets = old.packets + excluded.packets, last_at = excluded.last_at`,
);
const keep = statement(
  'drop-sample',
  `INSERT INTO drop_sample (port_id, sample)
   SELECT s.port, s.sample FROM unnest($1::uuid[], $2::jsonb[]) WITH ORDINALITY AS s (port, sample, n)
   JOIN port p ON p.id = s.port AND p.host = $3 ORDER BY n`,
);
/** What makes two packets alike; of what is alike, those to the same port are alike once more. */
const KIND = ['reason', 'direction', 'ethertype', 'protocol', 'icmpType'].map((name) => `sample ->> '${name}'`).join();
/**
 * Samples stay in turns: the latest of each kind, then the second latest of each, and within a kind in the same way of each destination port.
 * So what is rare is not pushed out by what is common, and what is alone may take all.
 */
const forget = statement(
  'drop-forget',
  `WITH alike AS (
     SELECT id, port_id, sample,
       row_number() OVER (PARTITION BY port_id, ${KIND}, sample ->> 'destinationPort' ORDER BY id DESC) AS turn
     FROM drop_sample WHERE port_id = ANY($1::uuid[])),
   kinds AS (
     SELECT id, port_id, row_number() OVER (PARTITION BY port_id, ${KIND} ORDER BY turn, id DESC) AS turn FROM alike),
   placed AS (SELECT id, row_number() OVER (PARTITION BY port_id ORDER BY turn, id DESC) AS place FROM kinds)
   DELETE FROM drop_sample d USING placed p WHERE d.id = p.id AND p.place > ${KEPT}`,
);

/** Keeps what nodes say of packets that did not pass. */
@Injectable()
export class DropService {
  constructor(private readonly database: Database) {}

  /** Takes a node's batch in; once this returns it is committed. One that comes again counts once, and only ports that are bound to the node. */
  fold({ host, batch, counts, samples }: DropBatch): Promise<void> {
    return this.database.transaction(async (tx) => {
      if ((await tx.query(remember, [host, batch])).length === 0) return;
      await tx.query(count, [
        counts.map(({ port }) => port),
        counts.map(({ reason }) => reason),
        counts.map(({ packets }) => packets),
        host,
      ]);
      await this.keep(tx, host, samples);
    });
  }

  private async keep(tx: Tx, host: string, samples: readonly DropSample[]): Promise<void> {
    if (samples.length === 0) return;
    const ports = samples.map(({ port }) => port);
    await tx.query(keep, [ports, samples.map((sample) => JSON.stringify(sample)), host]);
    await tx.query(forget, [[...new Set(ports)]]);
  }
}
