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

/** What is left of ascending `ranges` once all of `gone` is taken out. */
export function without(ranges: readonly Range[], gone: readonly Range[]): Range[] {
  const holes = [...gone].sort((a, b) => (a.first < b.first ? -1 : 1));
  return ranges.flatMap(({ first, last }) => {
    const left: Range[] = [];
    let from = first;
    for (const hole of holes) {
      if (hole.last < from) continue;
      if (hole.first > last) break;
      if (hole.first > from) left.push({ first: from, last: hole.first - 1n });
      from = hole.last + 1n;
      if (from > last) break;
    }
    return from <= last ? [...left, { first: from, last }] : left;
  });
}

/** The same numbers in ascending ranges of which none touches another. */
export function union(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = joined.at(-1);
    if (!before || before.last + 1n < range.first) joined.push(range);
    else if (range.last > before.last) joined.splice(-1, 1, { first: before.first, last: range.last });
  }
  return joined;
}
