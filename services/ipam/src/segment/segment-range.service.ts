import { Injectable } from '@nestjs/common';
import {
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  invalidInput,
  type Json,
  networkSegmentRanges as definition,
  notFound,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, requireRevision, type ResourceService } from '@weft/service-kit';
import { SegmentRanges } from './segment-ranges';
import { type NumberedType, segmentType } from './segment-type';

interface Row {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly is_default: boolean;
  readonly network_type: NumberedType;
  readonly physical_network: string | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly tags: string[];
  readonly revision_number: number;
}

/** Rules of network segment ranges: what tenants' networks get their ids from, changed while the cloud runs. */
@Injectable()
export class SegmentRangeService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly ranges: SegmentRanges,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_network_segment_range', items, (tx, item, i) =>
      this.createOne(ctx, tx, item, explicit[i]!),
    );
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_network_segment_range', id, async (tx) => {
      const row = await this.open(tx, id);
      this.guard.update(ctx, { id }, changes);
      requireRevision(row, ifRevision);
      const next = { ...row, ...changes } as Row;
      const resized = next.minimum !== row.minimum || next.maximum !== row.maximum;
      if (row.is_default && resized) throw readOnly(id);
      checkBounds(next.network_type, next.minimum, next.maximum);
      await orOverlapping(
        tx.query(
          `UPDATE segment_range SET name = $2, description = $3, minimum = $4, maximum = $5,
             revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
          [id, next.name, next.description, next.minimum, next.maximum],
        ),
      );
      if (resized) await this.ranges.redefine(tx, row.network_type, row.physical_network);
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_network_segment_range', id, async (tx) => {
      const row = await this.open(tx, id);
      this.guard.delete(ctx, { id });
      requireRevision(row, ifRevision);
      if (row.is_default) throw readOnly(id);
      await tx.query('DELETE FROM segment_range WHERE id = $1', [id]);
      await this.ranges.drop(tx, id);
      await this.ranges.redefine(tx, row.network_type, row.physical_network);
    });
  }

  readonly loadTarget = async (tx: Tx, id: string) => {
    const row = await this.find(tx, id);
    return row && { id, tags: row.tags };
  };

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    this.guard.create(ctx, item, explicit);
    const type = item.network_type as string | undefined;
    if (type !== 'vlan' && type !== 'vxlan')
      throw new ApiError(
        'NetworkSegmentRangeNetTypeNotSupported',
        400,
        `Network type ${type ?? ''} does not support network segment ranges.`,
      );
    const physicalNetwork = (item.physical_network as string | undefined) ?? null;
    if ((type === 'vlan') !== (physicalNetwork !== null))
      throw invalidInput(
        type === 'vlan' ? 'physical_network required for a VLAN range' : 'physical_network specified for a vxlan range',
      );
    const [minimum, maximum] = [item.minimum as number, item.maximum as number];
    checkBounds(type, minimum, maximum);
    await this.ranges.lock(tx);
    const shared = item.shared as boolean;
    const inserted = tx.query<{ id: string }>(
      `INSERT INTO segment_range (name, description, is_default, shared, project_id, network_type, physical_network, minimum, maximum)
       VALUES ($1, $2, false, $3, $4, $5, $6, $7, $8) RETURNING id`,
      [
        ...[item.name, item.description, shared, shared ? null : item.project_id],
        ...[type, physicalNetwork, minimum, maximum],
      ],
    );
    const [row] = await orOverlapping(inserted);
    await this.ranges.redefine(tx, type, physicalNetwork);
    return row!.id;
  }

  private async find(tx: Tx, id: string): Promise<Row | null> {
    await this.ranges.lock(tx);
    return (await tx.query<Row>('SELECT * FROM segment_range WHERE id = $1', [id]))[0] ?? null;
  }

  private async open(tx: Tx, id: string): Promise<Row> {
    const row = await this.find(tx, id);
    if (!row) throw notFound(definition.notFound, definition.title, id);
    return row;
  }
}

function checkBounds(type: string, minimum: number, maximum: number): void {
  const { last } = segmentType(type).numbers!;
  if (minimum > maximum) throw invalidInput(`minimum ${minimum} is greater than maximum ${maximum}`);
  if (maximum > last) throw invalidInput(`segmentation ids of ${type} networks end at ${last}`);
}

async function orOverlapping<T>(written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (violatedConstraint(error) !== 'segment_range_overlap') throw error;
    throw conflict('NetworkSegmentRangeOverlaps', 'The network segment range overlaps with another one.');
  }
}

const readOnly = (id: string) =>
  new ApiError(
    'NetworkSegmentRangeDefaultReadOnly',
    400,
    `Network Segment Range ${id} is of the configuration and can only be changed there.`,
  );
