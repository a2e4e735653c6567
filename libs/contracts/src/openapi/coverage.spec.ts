import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPLAINTS, SCENARIOS } from './book';
import { coverageDocument, unservedAliases } from './coverage';
import { UNSERVED } from './unserved';

const ROOT = join(__dirname, '../../../..');

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
  const named = Object.entries({ ...SCENARIOS, ...COMPLAINTS }).flatMap(([id, { tests }]) =>
    tests.map((file) => [id, file] as const),
  );

  it.each(named)('%s is proven in %s, which says so', (id, file) => {
    // Not toMatch: it would print the file.
    expect(new RegExp(`${id}(?!\\d)`).test(readFileSync(join(ROOT, file), 'utf8'))).toBe(true);
  });

  it('has every scenario and complaint of its chapters 3 to 5, each with its tests or a reason', () => {
    const count = (prefix: string) => Object.keys(SCENARIOS).filter((id) => id.startsWith(prefix)).length;
    expect([count('SC-3.'), count('SC-4.'), count('SC-5.')]).toEqual([3, 14, 21]);
    for (const { tests, why } of Object.values(SCENARIOS)) expect(tests.length > 0).toBe(why === undefined);
    for (const { state, tests } of Object.values(COMPLAINTS)) if (state === 'fixed') expect(tests).not.toEqual([]);
  });

  // A cell with a bar in it would be two.
  it('fits into its tables', () => {
    expect(JSON.stringify([SCENARIOS, COMPLAINTS, UNSERVED])).not.toContain('|');
  });
});
