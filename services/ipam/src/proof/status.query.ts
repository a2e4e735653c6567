import { Injectable } from '@nestjs/common';
import { type Json, ports, type ReasonCode, type RequestContext, type StatusProof } from '@weft/contracts';
import { Database } from '@weft/persistence';
import { InjectReader, ResourceReader } from '@weft/service-kit';
import { alive } from '../node/alive';
import { REQUIRED_SERVERS } from './port-state';

interface Row {
  readonly [name: string]: unknown;
  readonly node: string | null;
  readonly component: string;
  readonly state: StatusProof['requirements'][number]['state'] | null;
  readonly generation: number | null;
  readonly since: Date | null;
  readonly reason: ReasonCode | null;
  readonly detail: string | null;
  readonly live: boolean | null;
}

/** Answers what of a port is proven, what is pending, where, since when and why. */
@Injectable()
export class PortStatusQuery {
  constructor(
    private readonly database: Database,
    @InjectReader(ports) private readonly reader: ResourceReader,
  ) {}

  async status(ctx: RequestContext, id: string): Promise<Json> {
    // Who may see the port may see why it is as it is.
    await this.reader.show({ ctx }, id, ['id']);
    const [port] = await this.database.query<{
      status: string;
      generation: number;
      host: string | null;
      admin_state_up: boolean;
    }>('SELECT status, generation, host, admin_state_up FROM port WHERE id = $1', [id]);
    const rows = await this.database.query<Row>(
      `WITH required AS (
         SELECT p.host AS node, 'wired' AS component, p.id FROM port p WHERE p.id = $1
         UNION ALL SELECT p.host, 'filtered', p.id FROM port p WHERE p.id = $1 AND p.port_security
         UNION ALL SELECT r.host, 'dhcp', p.id FROM port p, LATERAL (${REQUIRED_SERVERS}) r WHERE p.id = $1)
       SELECT r.node, r.component, f.state, f.generation, f.since, f.reason, f.detail, ${alive('w')} AS live
       FROM required r LEFT JOIN proof f ON f.port_id = r.id AND f.host = r.node AND f.component = r.component
       LEFT JOIN node w ON w.host = r.node ORDER BY r.component DESC, r.node`,
      [id],
    );
    const proof: StatusProof = {
      resource: 'ports',
      id,
      status: port!.status,
      generation: port!.generation,
      requirements: rows.map((row) => requirement(row, port!.generation)),
    };
    return proof as unknown as Json;
  }
}

function requirement(row: Row, wanted: number): StatusProof['requirements'][number] {
  const current = row.state !== null && row.generation !== null && row.generation >= wanted;
  const state = current ? row.state! : row.state === 'absent' ? 'absent' : 'pending';
  const reason =
    row.node === null
      ? 'not-bound'
      : row.live === false || row.live === null
        ? 'node-dead'
        : current
          ? row.reason
          : (row.reason ?? 'waiting-for-node');
  return {
    node: row.node,
    component: row.component,
    state,
    generation: row.generation,
    since: row.since?.toISOString() ?? null,
    // Also of what is proven: a node that is silent may have lost it since.
    ...(reason && { reason }),
    ...(row.detail && { detail: row.detail }),
  };
}
