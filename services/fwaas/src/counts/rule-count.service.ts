import { Injectable } from '@nestjs/common';
import type { RuleCountBatch } from '@weft/contracts';
import { Database, statement } from '@weft/persistence';
import { isUuid } from '@weft/service-kit';

const once = statement(
  'counted-once',
  'INSERT INTO counted_batch (host, batch) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
);
// Deleted rules no longer count; existing ones stay until this is written.
const lock = statement(
  'counted-rules',
  'SELECT id FROM security_group_rule WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE',
);
const add = statement(
  'counted-add',
  `INSERT INTO rule_count AS old (rule_id, host, packets, bytes)
   SELECT c.rule, $1, sum(c.packets), sum(c.bytes) FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS c (rule, packets, bytes)
   WHERE c.rule = ANY($5::uuid[]) GROUP BY c.rule ORDER BY c.rule
   ON CONFLICT (rule_id, host) DO UPDATE SET packets = old.packets + excluded.packets, bytes = old.bytes + excluded.bytes,
     updated_at = now()`,
);

/** Folds what nodes have counted, rule by rule, into sums. */
@Injectable()
export class RuleCountService {
  constructor(private readonly database: Database) {}

  /** @param host of the subject */
  async fold(host: string, { batch, rules }: RuleCountBatch): Promise<void> {
    const counted = rules.filter(({ id }) => isUuid(id));
    const ids = counted.map(({ id }) => id);
    await this.database.transaction(async (tx) => {
      if ((await tx.query(once, [host, batch])).length === 0) return;
      const existing = await tx.query<{ id: string }>(lock, [ids]);
      await tx.query(add, [
        host,
        ids,
        counted.map(({ packets }) => packets),
        counted.map(({ bytes }) => bytes),
        existing.map(({ id }) => id),
      ]);
    });
  }
}
