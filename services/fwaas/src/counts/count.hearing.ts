import type { RuleCountBatch } from '@weft/contracts';
import { Hearing, TEXT, textOf } from '@weft/service-kit';

/** An agent tells of no more at once. A gateway's worth of bytes may have passed since it last could. */
const MOST = { rules: 2_000, packets: 2 ** 48, bytes: Number.MAX_SAFE_INTEGER };

const number = (maximum: number) => ({ type: 'integer', minimum: 0, maximum });

/** What a node may say of rules. */
export const countHearing = new Hearing<RuleCountBatch>({
  type: 'object',
  required: ['batch', 'rules'],
  properties: {
    host: TEXT,
    batch: textOf(64, 1),
    rules: {
      type: 'array',
      maxItems: MOST.rules,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'packets', 'bytes'],
        // Which of these are ids of rules is seen when they are looked up.
        properties: { id: TEXT, packets: number(MOST.packets), bytes: number(MOST.bytes) },
      },
    },
  },
});
