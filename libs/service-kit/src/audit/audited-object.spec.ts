import { createHash } from 'node:crypto';
import { auditedSides } from './audited-object';

const text = (value: unknown) => JSON.stringify(value);
const parsed = ({ before, after }: ReturnType<typeof auditedSides>) =>
  [before, after].map((side) => (side === undefined ? undefined : (JSON.parse(side) as unknown)));

describe(auditedSides, () => {
  it('says of a change what differs, on either side', () => {
    const before = { id: 'a', name: 'old', tags: ['x', 'y'], gone: 1, same: { deep: [1] } };
    const after = { id: 'a', name: 'new', tags: ['x'], come: null, same: { deep: [1] } };
    expect(parsed(auditedSides({ before: text(before), after: text(after) }))).toEqual([
      { name: 'old', tags: ['x', 'y'], gone: 1 },
      { name: 'new', tags: ['x'], come: null },
    ]);
    expect(parsed(auditedSides({ before: text(before), after: text(before) }))).toEqual([{}, {}]);
  });

  it('says all of what is made or deleted, and of two that are not the same', () => {
    const one = text({ id: 'a', name: 'n' });
    for (const sides of [
      { before: one, after: undefined },
      { before: undefined, after: one },
      { before: one, after: text({ name: 'n' }) },
      { before: one, after: text([]) },
      { before: 'null', after: 'null' },
    ])
      expect(auditedSides(sides)).toEqual(sides);
  });

  it('stays below 8 KiB, and says what it leaves out', () => {
    const fits = text('ä'.repeat(4_095));
    const long = text({ id: 'a', addresses: 'ä'.repeat(5_000) });
    expect(auditedSides({ before: fits, after: undefined }).before).toBe(fits);
    const sha256 = createHash('sha256').update(long).digest('hex');
    expect(parsed(auditedSides({ before: long, after: undefined }))).toEqual([
      { omitted: { bytes: Buffer.byteLength(long), sha256 } },
      undefined,
    ]);
    const short = { before: long, after: text({ id: 'a', addresses: 'ä'.repeat(5_000), name: 'n' }) };
    expect(parsed(auditedSides(short))).toEqual([{}, { name: 'n' }]);
  });
});
