import { Injectable } from '@nestjs/common';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  notFound,
  type RequestContext,
  segments as definition,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, requireRevision, type ResourceService } from '@weft/service-kit';
import { NetworkRepository } from '../network/network.repository';
import { networkNotFound } from '../network/network.target';
import { SegmentAllocator } from './segment-allocator';
import { SegmentRepository, type SegmentRow } from './segment.repository';

/** Rules of segments: a network has one or more; the first comes with it, the last goes with it. */
@Injectable()
export class SegmentService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly segments: SegmentRepository,
    private readonly allocator: SegmentAllocator,
    private readonly networks: NetworkRepository,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_segment', items, (tx, item, i) =>
      this.createOne(ctx, tx, item, explicit[i]!),
    );
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_segment', id, async (tx) => {
      const segment = await this.open(tx, id);
      this.guard.update(ctx, { id }, changes);
      requireRevision(segment, ifRevision);
      await tx.query(
        `UPDATE segment SET name = CASE WHEN $2 THEN $3 ELSE name END, description = COALESCE($4, description),
             revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
        [id, 'name' in changes, changes.name ?? null, changes.description ?? null],
      );
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_segment', id, async (tx) => {
      const segment = await this.open(tx, id);
      this.guard.delete(ctx, { id });
      requireRevision(segment, ifRevision);
      await this.refuseInUse(tx, segment);
      await this.segments.delete(tx, segment);
      await this.allocator.release(tx, segment);
      await this.publish(tx, segment.networkId);
    });
  }

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    this.guard.create(ctx, item, explicit);
    const networkId = item.network_id as string;
    const network = await this.networks.lockForChange(tx, networkId);
    if (!network) throw networkNotFound(networkId);
    const wanted = {
      physicalNetwork: (item.physical_network as string | null | undefined) ?? null,
      segmentationId: (item.segmentation_id as number | null | undefined) ?? null,
    };
    const segment = await this.allocator.allocate(tx, item.network_type as string, wanted, network.project_id);
    const id = await this.segments.insert(tx, networkId, segment, {
      name: (item.name as string | null | undefined) ?? null,
      description: (item.description as string | null | undefined) ?? '',
    });
    await this.publish(tx, networkId);
    return id;
  }

  private async refuseInUse(tx: Tx, { id, networkId }: SegmentRow): Promise<void> {
    if ((await this.segments.ofNetwork(tx, networkId)).length === 1)
      throw inUse(id, `it is the only segment of network ${networkId}`);
    const subnets = await tx.query<{ id: string }>('SELECT id FROM subnet WHERE segment_id = $1', [id]);
    if (subnets.length > 0) throw inUse(id, `it is associated with subnet(s) ${subnets.map((s) => s.id).join(', ')}`);
    const hosts = await tx.query<{ host: string }>(
      'SELECT DISTINCT host FROM port WHERE network_id = $1 AND host IS NOT NULL ORDER BY host',
      [networkId],
    );
    for (const { host } of hosts)
      if ((await this.segments.onHost(tx, networkId, host))?.id === id)
        throw inUse(id, `ports on host ${host} are bound to it`);
  }

  /** The network first: whoever changes it takes its lock before any other. */
  private async open(tx: Tx, id: string): Promise<SegmentRow> {
    const [seen] = await tx.query<{ network_id: string }>('SELECT network_id FROM segment WHERE id = $1', [id]);
    if (seen) await this.networks.lockForChange(tx, seen.network_id);
    const segment = await this.segments.lock(tx, id);
    if (!segment) throw notFound(definition.notFound, definition.title, id);
    return segment;
  }

  private async publish(tx: Tx, networkId: string): Promise<void> {
    await this.networks.touch(tx, networkId);
    await this.networks.publish(tx, networkId);
  }
}

const inUse = (id: string, why: string) => conflict('SegmentInUse', `Segment '${id}' cannot be deleted: ${why}.`);
