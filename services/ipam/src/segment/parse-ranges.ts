import type { Range } from '@weft/net';

/** `1:1000,2000:2500` → ranges. @throws Error naming what is wrong: the service then does not start */
export function parseRanges(text: string, last: bigint): Range[] {
  return text.split(',').map((part) => {
    const match = /^(\d+):(\d+)$/.exec(part.trim());
    const range = match && { first: BigInt(match[1]!), last: BigInt(match[2]!) };
    if (!range || range.first < 1n || range.first > range.last || range.last > last) {
      throw new Error(`'${part}' is no range of segment ids: expected first:last between 1 and ${last}`);
    }
    return range;
  });
}
