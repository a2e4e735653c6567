import { Injectable } from '@nestjs/common';
import { statement, type Tx, violatedConstraint } from '@weft/persistence';
import { segmentOnNode } from './segment-on';
import { type NetworkType, type Segment, segmentType } from './segment-type';

export interface SegmentRow extends Segment {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly networkId: string;
  readonly index: number;
  readonly revision_number: number;
}

const COLUMNS = `id, network_id AS "networkId", network_type AS "networkType", physical_network AS "physicalNetwork",
  segmentation_id AS "segmentationId", segment_index AS index, revision_number`;
const ofNetwork = statement('segments', `SELECT ${COLUMNS} FROM segment WHERE network_id = $1 ORDER BY segment_index`);
const onHost = statement(
  'segment-on-host',
  `SELECT ${COLUMNS} FROM segment WHERE id = (SELECT ${segmentOnNode('$1', 'w')} FROM node w WHERE w.host = $2)`,
);
const insert = statement(
  'segment-insert',
  `INSERT INTO segment (id, network_id, network_type, physical_network, segmentation_id, segment_index, name, description)
   VALUES (gen_random_uuid(), $1, $2, $3, $4,
     (SELECT COALESCE(max(segment_index) + 1, 0) FROM segment WHERE network_id = $1), $5, $6) RETURNING id`,
);

const INDEXES: Readonly<Record<string, NetworkType>> = {
  segment_vxlan: 'vxlan',
  segment_vlan: 'vlan',
  segment_flat: 'flat',
};

/** Segments of networks, which hold their network's lock. */
@Injectable()
export class SegmentRepository {
  /** In order of preference. */
  ofNetwork(tx: Tx, networkId: string): Promise<SegmentRow[]> {
    return tx.query<SegmentRow>(ofNetwork, [networkId]);
  }

  async lock(tx: Tx, id: string): Promise<SegmentRow | null> {
    return (await tx.query<SegmentRow>(`SELECT ${COLUMNS} FROM segment WHERE id = $1 FOR UPDATE`, [id]))[0] ?? null;
  }

  /** After the segments that the network has. @throws ApiError 409 when another network is on it */
  async insert(
    tx: Tx,
    networkId: string,
    segment: Segment,
    { name = null, description = '' }: { name?: string | null; description?: string } = {},
  ): Promise<string> {
    const { networkType, physicalNetwork, segmentationId } = segment;
    try {
      const values = [networkId, networkType, physicalNetwork, segmentationId, name, description];
      return (await tx.query<{ id: string }>(insert, values))[0]!.id;
    } catch (error) {
      throw takenBy(error, segment);
    }
  }

  /** The same segment of the network, in another technology or under another id. @throws ApiError 409 */
  async replace(tx: Tx, id: string, segment: Segment): Promise<void> {
    try {
      await tx.query(
        `UPDATE segment SET network_type = $2, physical_network = $3, segmentation_id = $4,
           revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
        [id, segment.networkType, segment.physicalNetwork, segment.segmentationId],
      );
    } catch (error) {
      throw takenBy(error, segment);
    }
  }

  /** The others close up. */
  async delete(tx: Tx, { id, networkId, index }: SegmentRow): Promise<void> {
    await tx.query('DELETE FROM segment WHERE id = $1', [id]);
    await tx.query(
      'UPDATE segment SET segment_index = segment_index - 1 WHERE network_id = $1 AND segment_index > $2',
      [...[networkId, index]],
    );
  }

  /** The segment that a node is on; null: it is not known, or cannot carry any of them. */
  async onHost(tx: Tx, networkId: string, host: string): Promise<SegmentRow | null> {
    return (await tx.query<SegmentRow>(onHost, [networkId, host]))[0] ?? null;
  }
}

function takenBy(error: unknown, segment: Segment): unknown {
  const type = INDEXES[violatedConstraint(error) ?? ''];
  return type ? segmentType(type).inUse(segment) : error;
}
