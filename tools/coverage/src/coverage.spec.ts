import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPLAINTS, LIMITS, SCENARIOS } from './book';
import { coverageDocument, unservedAliases } from './coverage';
import { UNSERVED } from './unserved';

const ROOT = join(__dirname, '../../..');

/** Prettier pads tables. */
const squeezed = (text: string): string =>
  text.replace(/ +\|/g, ' |').replace(/-+/g, '-').replace(/\s+\n/g, '\n').trim();

it('is what docs/coverage.md holds (else: npm run gen)', () => {
  const kept = readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8');
  expect(squeezed(kept)).toBe(squeezed(coverageDocument()));
});

it('gives a reason for every alias that is not served, and for no other', () => {
  expect(Object.keys(UNSERVED).sort()).toEqual(unservedAliases());
});

describe('the book', () => {
  const named = Object.entries({ ...SCENARIOS, ...LIMITS, ...COMPLAINTS }).flatMap(([id, { tests }]) =>
    tests.map((file) => [id, file] as const),
  );

  it.each(named)('%s is proven in %s, which says so', (id, file) => {
    // Not toMatch: it would print the file.
    expect(new RegExp(`${id}(?!\\d)`).test(readFileSync(join(ROOT, file), 'utf8'))).toBe(true);
  });

  it('has every scenario, limit and complaint of its chapters 3 to 6, each with its tests or a reason', () => {
    const count = (prefix: string) => Object.keys(SCENARIOS).filter((id) => id.startsWith(prefix)).length;
    expect([count('SC-3.'), count('SC-4.'), count('SC-5.'), count('SC-6.')]).toEqual([3, 14, 21, 11]);
    expect(Object.keys(LIMITS)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 22, 23, 24, 25].map((n) => `NG-${n}`));
    expect(Object.keys(COMPLAINTS)).toEqual(expect.arrayContaining([17, 23, 24, 25, 51].map((n) => `FX-${n}`)));
    for (const { tests, why } of Object.values({ ...SCENARIOS, ...LIMITS }))
      expect(tests.length > 0).toBe(why === undefined);
    for (const { state, tests } of Object.values(COMPLAINTS)) if (state === 'fixed') expect(tests).not.toEqual([]);
  });

  // A cell with a bar in it would be two.
  it('fits into its tables', () => {
    expect(JSON.stringify([SCENARIOS, LIMITS, COMPLAINTS, UNSERVED])).not.toContain('|');
  });
});
