import { Injectable } from '@nestjs/common';
import type { DriftReport, Report, ReportBatch } from '@weft/contracts';
import { Database, statement, type Tx } from '@weft/persistence';
import { PORT_STATUS } from './port-state';

const lockPorts = statement(
  'proof-lock',
  'SELECT id FROM port WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
);
const upsert = statement(
  'proof-upsert',
  `INSERT INTO proof AS old (port_id, host, component, generation, state, reason, detail)
   SELECT r.port, $1, r.component, r.generation, r.state, r.reason, r.detail
   FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[])
     AS r (port, component, generation, state, reason, detail)
   JOIN port p ON p.id = r.port
   ON CONFLICT (port_id, host, component) DO UPDATE SET generation = excluded.generation, state = excluded.state,
     reason = excluded.reason, detail = excluded.detail,
     since = CASE WHEN old.state = excluded.state AND old.generation = excluded.generation THEN old.since ELSE now() END
   WHERE excluded.generation >= old.generation`,
);
const settle = statement(
  'proof-settle',
  `UPDATE port SET status = c.status,
     proven_generation = CASE WHEN c.status = 'ACTIVE' THEN port.generation ELSE port.proven_generation END
   FROM (SELECT p.id, ${PORT_STATUS} AS status FROM port p WHERE p.id = ANY($1::uuid[])) c
   WHERE port.id = c.id AND port.status <> c.status
   RETURNING port.id, port.project_id, port.network_id, port.status`,
);
const insertDrift = statement(
  'drift-insert',
  `INSERT INTO drift (host, kind, what, network_id, port_id, found_at, healed_at)
   SELECT $1, d.* FROM unnest($2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::timestamptz[]) AS d
   ON CONFLICT ON CONSTRAINT drift_once DO UPDATE SET healed_at = excluded.healed_at`,
);

interface Settled {
  readonly id: string;
  readonly project_id: string;
  readonly network_id: string;
  readonly status: string;
}

/** Folds what nodes report into what ports are. */
@Injectable()
export class ProofService {
  constructor(private readonly database: Database) {}

  /** Takes a node's batch in; once this returns it is committed. Reports of ports that are gone, or of older wirings, change nothing. */
  fold({ host, reports, drift }: ReportBatch): Promise<void> {
    return this.database.transaction(async (tx) => {
      const known = newest(reports);
      const ids = [...new Set(known.map(({ id }) => id))];
      if (ids.length > 0) {
        // Always in this order: two batches that share ports do not dead-lock.
        await tx.query(lockPorts, [ids]);
        await tx.query(upsert, [
          host,
          known.map(({ id }) => id),
          known.map(({ component }) => component),
          known.map(({ generation }) => generation),
          known.map(({ state }) => state),
          known.map(({ reason }) => reason ?? null),
          known.map(({ detail }) => detail ?? null),
        ]);
        await this.settle(tx, ids);
      }
      if (drift?.length) await this.note(tx, host, drift);
    });
  }

  /** Makes the status of these ports, which the transaction has locked, follow from what is proven. */
  async settle(tx: Tx, ids: readonly string[]): Promise<void> {
    const changed = await tx.query<Settled & Record<string, unknown>>(settle, [ids]);
    for (const { id, project_id, network_id, status } of changed) {
      tx.event('event.ipam.port.status', { id, project_id, network_id, status });
    }
  }

  private async note(tx: Tx, host: string, drift: readonly DriftReport[]): Promise<void> {
    await tx.query(insertDrift, [
      host,
      drift.map(({ kind }) => kind),
      drift.map(({ what }) => what),
      drift.map(({ network }) => network ?? null),
      drift.map(({ port }) => port ?? null),
      drift.map(({ foundAt }) => foundAt),
      drift.map(({ healedAt }) => healedAt ?? null),
    ]);
  }
}

/** One report for each (object, component): a statement cannot write the same row twice. */
function newest(reports: readonly Report[]): Report[] {
  const byKey = new Map<string, Report>();
  for (const report of reports) {
    if (report.object !== 'port') continue;
    const key = `${report.id} ${report.component}`;
    if ((byKey.get(key)?.generation ?? -1) <= report.generation) byKey.set(key, report);
  }
  return [...byKey.values()];
}
