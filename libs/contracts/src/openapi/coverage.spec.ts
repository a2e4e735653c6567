import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageDocument } from './coverage';

/** Prettier pads tables. */
const squeezed = (text: string): string =>
  text.replace(/ +\|/g, ' |').replace(/-+/g, '-').replace(/\s+\n/g, '\n').trim();

it('is what docs/coverage.md holds (else: npm run gen)', () => {
  const kept = readFileSync(join(__dirname, '../../../../docs/coverage.md'), 'utf8');
  expect(squeezed(kept)).toBe(squeezed(coverageDocument()));
});
