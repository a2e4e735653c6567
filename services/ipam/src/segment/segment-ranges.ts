import { Injectable } from '@nestjs/common';
import { without } from '@weft/net';
import { statement, type Tx } from '@weft/persistence';
import { RangeAllocator } from '../allocation/range-allocator';
import type { NumberedType } from './segment-type';

export interface RangeRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly shared: boolean;
  readonly physical_network: string | null;
  readonly minimum: number;
  readonly maximum: number;
}

// Whoever takes from ranges, or gives back, keeps them as they are until he is done.
const usable = statement(
  'segment-ranges',
  `SELECT id, physical_network FROM segment_range
   WHERE network_type = $1 AND ($2::text IS NULL OR physical_network = $2) AND (shared OR project_id = $3)
   ORDER BY shared, physical_network, minimum FOR SHARE`,
);
const around = statement(
  'segment-ranges-around',
  `SELECT id FROM segment_range
   WHERE network_type = $1 AND physical_network IS NOT DISTINCT FROM $2 AND $3 BETWEEN minimum AND maximum
   ORDER BY shared FOR SHARE`,
);

/**
 * The numbers of segments. Ranges are rows: shared ones, and ones kept for a project; each is a pool of the allocator, and a number
 * is free in one pool at most: a project's range takes its free numbers out of the shared one that it lies in.
 */
@Injectable()
export class SegmentRanges {
  constructor(private readonly numbers: RangeAllocator) {}

  /** A free number, of the project's own ranges if it has any, else of the shared ones; null: there is none. */
  async take(
    tx: Tx,
    type: NumberedType,
    physicalNetwork: string | null,
    project: string,
  ): Promise<{ physicalNetwork: string | null; segmentationId: number } | null> {
    for (const range of await tx.query<RangeRow>(usable, [type, physicalNetwork, project])) {
      const number = await this.numbers.take(tx, range.id);
      if (number !== null) return { physicalNetwork: range.physical_network, segmentationId: Number(number) };
    }
    return null;
  }

  /** Takes one number out of what is free; outside of all ranges it was never in. */
  async claim(tx: Tx, type: NumberedType, physicalNetwork: string | null, number: number): Promise<void> {
    for (const { id } of await tx.query<RangeRow>(around, [type, physicalNetwork, number]))
      await this.numbers.claim(tx, id, BigInt(number));
  }

  /** Gives a number back to the range that it is to be taken from. */
  async release(tx: Tx, type: NumberedType, physicalNetwork: string | null, number: number): Promise<void> {
    const [range] = await tx.query<RangeRow>(around, [type, physicalNetwork, number]);
    if (range) await this.numbers.release(tx, range.id, [BigInt(number)]);
  }

  /** Keeps everybody else from ranges until the transaction ends. */
  async lock(tx: Tx): Promise<void> {
    await tx.query('LOCK TABLE segment_range IN EXCLUSIVE MODE');
  }

  /** Makes what is free follow from ranges and segments, after a change of the ranges of a type; they must be locked. */
  async redefine(tx: Tx, type: NumberedType, physicalNetwork: string | null): Promise<void> {
    const ranges = await tx.query<RangeRow>(
      `SELECT id, shared, minimum, maximum FROM segment_range
       WHERE network_type = $1 AND physical_network IS NOT DISTINCT FROM $2`,
      [type, physicalNetwork],
    );
    const used = await tx.query<{ id: number }>(
      `SELECT segmentation_id AS id FROM segment WHERE network_type = $1 AND physical_network IS NOT DISTINCT FROM $2`,
      [type, physicalNetwork],
    );
    const given = used.map(({ id }) => ({ first: BigInt(id), last: BigInt(id) }));
    const kept = ranges.filter(({ shared }) => !shared).map(rangeOf);
    for (const range of ranges) {
      const gone = range.shared ? [...given, ...kept] : given;
      await this.numbers.define(tx, range.id, without([rangeOf(range)], gone));
    }
  }

  /** A range that goes has nothing to give any more. */
  async drop(tx: Tx, id: string): Promise<void> {
    await this.numbers.drop(tx, id);
  }
}

const rangeOf = ({ minimum, maximum }: Pick<RangeRow, 'minimum' | 'maximum'>) => ({
  first: BigInt(minimum),
  last: BigInt(maximum),
});
