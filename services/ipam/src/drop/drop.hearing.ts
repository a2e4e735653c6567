import { DROP_REASONS, type DropBatch } from '@weft/contracts';
import { Hearing, INSTANT, IP, TEXT, textOf, UUID } from '@weft/service-kit';

/** An agent tells of no more at once. */
const MOST = { samples: 500, counts: 2_000, packets: 2 ** 48 };

const REASON = { enum: DROP_REASONS };
const number = (maximum: number) => ({ type: 'integer', minimum: 0, maximum });
const listOf = (maxItems: number, required: readonly string[], properties: object) => ({
  type: 'array',
  maxItems,
  items: { type: 'object', additionalProperties: false, required, properties },
});

/** What a node may say of packets that did not pass. */
export const dropHearing = new Hearing<DropBatch>({
  type: 'object',
  required: ['host', 'batch', 'samples', 'counts'],
  properties: {
    host: TEXT,
    batch: textOf(64, 1),
    samples: listOf(MOST.samples, ['port', 'reason', 'direction', 'at', 'ethertype', 'sourceMac', 'destinationMac'], {
      ...{ port: UUID, reason: REASON, direction: { enum: ['egress', 'ingress'] }, at: INSTANT },
      ...{ ethertype: textOf(16), sourceMac: textOf(17), destinationMac: textOf(17), sourceIp: IP, destinationIp: IP },
      ...{ protocol: number(255), sourcePort: number(65_535), destinationPort: number(65_535) },
      ...{ icmpType: number(255), icmpCode: number(255) },
    }),
    counts: listOf(MOST.counts, ['port', 'reason', 'packets'], {
      ...{ port: UUID, reason: REASON, packets: number(MOST.packets) },
    }),
  },
});
