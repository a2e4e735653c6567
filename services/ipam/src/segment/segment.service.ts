import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  invalidInput,
  notFound,
  type RequestContext,
  segments as definition,
  type UpdateRequest,
} from '@weft/contracts';
import type { Database, Tx } from '@weft/persistence';
import type { Guard, ResourceService } from '@weft/service-kit';
import { requireRevision } from '../revision';

interface SegmentRow {
  readonly id: string;
  readonly network_id: string;
  readonly revision_number: number;
}

/** Rules of segments. A network has exactly one, which lives and goes with it. */
export class SegmentService implements ResourceService {
  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
  ) {}

  async create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const item = items[0]!;
    this.guard.create(ctx, item, explicit[0]!);
    const network = await this.database.query('SELECT 1 FROM network WHERE id = $1', [item.network_id]);
    if (network.length === 0) throw notFound('NetworkNotFound', 'Network', String(item.network_id));
    throw invalidInput('A network with several segments is not supported');
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.write(
      ctx,
      `update_segment ${id}`,
      async (tx) => {
        const segment = await this.open(tx, id);
        this.guard.update(ctx, { id }, changes);
        requireRevision(segment, ifRevision);
        await tx.query(
          `UPDATE segment SET name = CASE WHEN $2 THEN $3 ELSE name END, description = COALESCE($4, description),
             revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
          [id, 'name' in changes, changes.name ?? null, changes.description ?? null],
        );
        return { ids: [id], value: undefined };
      },
      async () => undefined,
    );
  }

  async delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    await this.database.transaction(async (tx) => {
      const segment = await this.open(tx, id);
      this.guard.delete(ctx, { id });
      throw conflict(
        'SegmentInUse',
        `Segment '${id}' cannot be deleted: it is the only segment of network ${segment.network_id}.`,
      );
    });
  }

  private async open(tx: Tx, id: string): Promise<SegmentRow> {
    const [row] = await tx.query<SegmentRow & Record<string, unknown>>(
      'SELECT id, network_id, revision_number FROM segment WHERE id = $1 FOR UPDATE',
      [id],
    );
    if (!row) throw notFound(definition.notFound, definition.title, id);
    return row;
  }
}
