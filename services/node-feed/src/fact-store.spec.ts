import fc from 'fast-check';
import { digestOf, type Fact } from '@weft/contracts';
import { FactStore } from './fact-store';

describe('FactStore', () => {
  const change = fc.record({
    key: fc.constantFrom('network.A', 'network.A.port.1', 'network.A.port.2'),
    generation: fc.integer({ min: 1, max: 9 }),
    deleted: fc.boolean(),
  });

  it('ends in the same state whatever the order, and its digest is that of what it holds', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        // One value per (key, generation): that is what a generation means.
        const unique = [...new Map(changes.map((entry) => [`${entry.key} ${entry.generation}`, entry])).values()];
        const [forward, backward] = [new FactStore(), new FactStore()];
        const fact = ({ generation, deleted }: (typeof unique)[number]): Fact => ({
          generation,
          value: deleted ? null : ({} as never),
        });
        for (const entry of unique) forward.apply(entry.key, fact(entry));
        for (const entry of unique.toReversed()) backward.apply(entry.key, fact(entry));
        const held = (store: FactStore) =>
          [...store.of('network.A')].map(([key, { generation }]) => [key, generation] as const).sort();
        expect(held(forward)).toEqual(held(backward));
        expect(forward.digest('network.A')).toBe(digestOf(held(forward)));
      }),
    );
  });
});
