import { createHash } from 'node:crypto';

/** Of each side of a line: a caller with large objects could push the lines of others out of a log that rotates. */
const MAX_BYTES = 8 * 1024;

/** JSON texts of an object; undefined: not known, or there was none. */
export interface Sides {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Shape = Readonly<Record<string, unknown>>;

/** What a line says of an object: of one that was changed what differs, and no more than is good for the log. */
export function auditedSides(sides: Sides): Sides {
  const { before, after } = differences(sides);
  return { before: bounded(before), after: bounded(after) };
}

/** What stands on one side only, or otherwise on the other. Two that are not the same object (an action's answer) stay as they are. */
function differences(sides: Sides): Sides {
  if (sides.before === undefined || sides.after === undefined) return sides;
  const before = JSON.parse(sides.before) as Shape | null;
  const after = JSON.parse(sides.after) as Shape | null;
  if (typeof before?.id !== 'string' || before.id !== after?.id) return sides;
  const same = (name: string): boolean => JSON.stringify(before[name]) === JSON.stringify(after[name]);
  const others = (side: Shape): string =>
    JSON.stringify(Object.fromEntries(Object.entries(side).filter(([name]) => !same(name))));
  return { before: others(before), after: others(after) };
}

/** In place of what is too long: how long it was, and by what a copy of it can be recognised. */
function bounded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BYTES) return text;
  return JSON.stringify({ omitted: { bytes, sha256: createHash('sha256').update(text).digest('hex') } });
}
