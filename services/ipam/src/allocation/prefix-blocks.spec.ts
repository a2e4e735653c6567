import fc from 'fast-check';
import { BITS, Cidr, cidrsOf, inRange, without } from '@weft/net';
import { grow, head, remainder } from './prefix-blocks';

const POOL = Cidr.parse('10.0.0.0/24')!;

/** The same by the book: all that is not given out, as the fewest prefixes. */
const model = (given: readonly Cidr[]): string[] =>
  cidrsOf(
    4,
    without(
      [POOL.range],
      given.map(({ range }) => range),
    ),
  ).map(String);

/** Free blocks as the allocator keeps them, without a database. */
class Blocks {
  private free = new Map([[String(POOL), POOL]]);

  get texts(): string[] {
    return [...this.free.values()].sort((a, b) => (a.network < b.network ? -1 : 1)).map(String);
  }

  take(length: number): Cidr | null {
    const fit = [...this.free.values()]
      .filter(({ prefixLength }) => prefixLength <= length)
      .sort((a, b) => b.prefixLength - a.prefixLength || (a.network < b.network ? -1 : 1))[0];
    return fit ? this.cut(fit, head(fit, length)) : null;
  }

  claim(cidr: Cidr): Cidr | null {
    const block = [...this.free.values()].find(
      (each) => inRange(each.range, cidr.network) && inRange(each.range, cidr.last),
    );
    return block ? this.cut(block, cidr) : null;
  }

  release(cidr: Cidr): void {
    const { grown, swallowed } = grow(cidr, (block) => this.free.has(String(block)));
    for (const block of swallowed) this.free.delete(String(block));
    this.free.set(String(grown), grown);
  }

  private cut(block: Cidr, taken: Cidr): Cidr {
    this.free.delete(String(block));
    for (const rest of remainder(block, taken)) this.free.set(String(rest), rest);
    return taken;
  }
}

describe('prefix blocks', () => {
  const length = fc.integer({ min: 24, max: 32 });
  const step = fc.oneof(
    fc.record({ take: length }),
    fc.record({ claim: length, at: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ release: fc.nat() }),
  );

  it('are always the fewest that hold what is free, whatever was taken and given back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const blocks = new Blocks();
        const given: Cidr[] = [];
        for (const each of steps) {
          if ('release' in each) {
            const [back] = given.splice(each.release % Math.max(given.length, 1), 1);
            if (back) blocks.release(back);
          } else if ('take' in each) {
            const taken = blocks.take(each.take);
            // None is found only where none is.
            if (!taken) expect(model(given).every((text) => Cidr.parse(text)!.prefixLength > each.take)).toBe(true);
            else given.push(taken);
          } else {
            const cidr = Cidr.of({ version: 4, value: POOL.network + BigInt(each.at) }, each.claim);
            const clear = !given.some((other) => other.overlaps(cidr));
            const taken = blocks.claim(cidr);
            expect(taken !== null).toBe(clear);
            if (taken) given.push(taken);
          }
          expect(blocks.texts).toEqual(model(given));
        }
      }),
    );
  });

  it('reach from all addresses to a single one', () => {
    const all = Cidr.parse('::/0')!;
    const one = Cidr.parse('fd00::1/128')!;
    const rest = remainder(all, one);
    expect(rest).toHaveLength(BITS[6]);
    const free = new Set(rest.map(String));
    expect(grow(one, (block) => free.has(String(block))).grown).toEqual(all);
  });
});
