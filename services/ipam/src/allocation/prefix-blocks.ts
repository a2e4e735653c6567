import { BITS, Cidr } from '@weft/net';

/** The prefixes that a prefix lies in, itself first: where its numbers can be free. */
export function around(cidr: Cidr): Cidr[] {
  const all = [cidr];
  while (all.at(-1)!.prefixLength > 0) all.push(all.at(-1)!.parent);
  return all;
}

/** What is left of `block` once `taken`, which lies in it, is cut out: one half of each size in between. */
export const remainder = (block: Cidr, taken: Cidr): Cidr[] =>
  around(taken)
    .filter(({ prefixLength }) => prefixLength > block.prefixLength)
    .map(({ buddy }) => buddy);

/** The other halves on a prefix's way up: those that are free join it when it comes back. */
export const buddies = (cidr: Cidr): Cidr[] =>
  around(cidr)
    .filter(({ prefixLength }) => prefixLength > 0)
    .map(({ buddy }) => buddy);

/** What a prefix that comes back grows to, and the free blocks that it swallows on the way. */
export function grow(freed: Cidr, isFree: (block: Cidr) => boolean): { grown: Cidr; swallowed: Cidr[] } {
  const swallowed: Cidr[] = [];
  let grown = freed;
  while (grown.prefixLength > 0 && isFree(grown.buddy)) {
    swallowed.push(grown.buddy);
    grown = grown.parent;
  }
  return { grown, swallowed };
}

/** The first `prefixLength` of a block: a prefix of it that begins where it does. */
export const head = (block: Cidr, prefixLength: number): Cidr =>
  Cidr.of({ version: block.version, value: block.network }, Math.min(prefixLength, BITS[block.version]));
