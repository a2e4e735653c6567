/** Numbers from first to last, both included. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

export const sizeOf = (range: Range): bigint => range.last - range.first + 1n;

export const inRange = (range: Range, value: bigint): boolean => value >= range.first && value <= range.last;

export const rangesOverlap = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last;

/** The ranges without one value; a range that held nothing else disappears. */
export const withoutValue = (ranges: readonly Range[], value: bigint): Range[] =>
  ranges.flatMap((range) =>
    inRange(range, value)
      ? [
          { first: range.first, last: value - 1n },
          { first: value + 1n, last: range.last },
        ].filter((part) => part.first <= part.last)
      : [range],
  );

/** Cuts ranges into about `parts` pieces of about equal size, so that allocators who run at once meet different ones. */
export function shard(ranges: readonly Range[], parts: number): Range[] {
  const total = ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
  const step = total / BigInt(parts) + 1n;
  return ranges.flatMap((range) => {
    const pieces: Range[] = [];
    for (let first = range.first; first <= range.last; first += step) {
      const last = first + step - 1n;
      pieces.push({ first, last: last < range.last ? last : range.last });
    }
    return pieces;
  });
}
