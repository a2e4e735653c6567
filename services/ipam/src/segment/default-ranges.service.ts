import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { IpamSettings } from '../ipam.settings';
import type { ConfiguredRange } from './parse-ranges';
import { SegmentRanges } from './segment-ranges';

interface Row extends ConfiguredRange {
  readonly [column: string]: unknown;
  readonly id: string;
}

/** Keeps the default ranges as configured: ids in use stay in use, whatever the ranges are now. */
@Injectable()
export class DefaultRangesService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly ranges: SegmentRanges,
    private readonly settings: IpamSettings,
  ) {}

  /** @throws Error when a configured range overlaps one that an operator has created */
  async onModuleInit(): Promise<void> {
    await this.database.transaction((tx) => this.apply(tx, this.settings.segmentRanges));
  }

  private async apply(tx: Tx, configured: readonly ConfiguredRange[]): Promise<void> {
    await this.ranges.lock(tx);
    const rows = await tx.query<Row>(
      `SELECT id, network_type AS type, physical_network AS "physicalNetwork", minimum, maximum
       FROM segment_range WHERE is_default`,
    );
    const removed = rows.filter((row) => !configured.some((range) => same(row, range)));
    const added = configured.filter((range) => !rows.some((row) => same(row, range)));
    for (const { id } of removed) {
      await this.ranges.drop(tx, id);
      await tx.query('DELETE FROM segment_range WHERE id = $1', [id]);
    }
    for (const range of added) await insert(tx, range);
    const changed = new Map([...removed, ...added].map((range) => [`${range.type} ${range.physicalNetwork}`, range]));
    for (const { type, physicalNetwork } of changed.values()) await this.ranges.redefine(tx, type, physicalNetwork);
  }
}

async function insert(tx: Tx, { type, physicalNetwork, minimum, maximum }: ConfiguredRange): Promise<void> {
  try {
    await tx.query(
      `INSERT INTO segment_range (name, is_default, shared, network_type, physical_network, minimum, maximum)
       VALUES ('', true, true, $1, $2, $3, $4)`,
      [type, physicalNetwork, minimum, maximum],
    );
  } catch (error) {
    if (violatedConstraint(error) !== 'segment_range_overlap') throw error;
    const where = physicalNetwork === null ? '' : ` of ${physicalNetwork}`;
    throw new Error(
      `the configured ${type} range ${minimum}:${maximum}${where} overlaps another network segment range: ` +
        'change the configuration, or delete the other one (openstack network segment range list)',
      { cause: error },
    );
  }
}

const same = (a: ConfiguredRange, b: ConfiguredRange): boolean =>
  a.type === b.type && a.physicalNetwork === b.physicalNetwork && a.minimum === b.minimum && a.maximum === b.maximum;
