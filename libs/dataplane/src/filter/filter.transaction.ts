import type { FilterElement } from './filter.elements';
import type { PolicyChain } from './filter.policy';
import { CONNTRACK_TABLE, FILTER_TABLE } from './filter.skeleton';

/** Something in our tables beside elements; its name tells it from all others of its kind. */
export type FilterObject =
  | { readonly kind: 'counter'; readonly name: string }
  | { readonly kind: 'set'; readonly name: string; readonly type: string }
  | ({ readonly kind: 'chain' } & PolicyChain);

export const objectKey = ({ kind, name }: Pick<FilterObject, 'kind' | 'name'>): string => `${kind} ${name}`;

const tableOf = (set: string): string => (set === 'ids' ? CONNTRACK_TABLE : FILTER_TABLE);

/** What goes into a table, by kind and name → what stands in it. */
export type Declarations = ReadonlyMap<string, string>;

/** Counters, sets and chains without rules, so that rules may name any of them. */
export const declare = (objects: readonly FilterObject[]): Declarations =>
  new Map(
    objects.map((object) => {
      if (object.kind === 'chain') return [`chain ${ruledChain(object)}`, ''];
      return [objectKey(object), object.kind === 'set' ? `${object.type}\n` : ''];
    }),
  );

/** The rules of a chain, and the name by which its version is known. */
export const fill = (chain: PolicyChain): Declarations =>
  new Map([
    [`chain ${chain.name}`, ''],
    [`chain ${ruledChain(chain)}`, `${chain.lines.join('\n')}\n`],
  ]);

/** Takes the rules of other versions out of a chain. */
export const empty = (chain: PolicyChain, versions: readonly string[]): string =>
  versions.length === 0 ? '' : flushChain(ruledChain(chain)) + versions.map(deleteChain).join('');

/** One block for all: for each that is named libnftables makes half a megabyte of hash tables. */
export function block(all: readonly Declarations[]): string {
  const bodies = new Map<string, string>();
  for (const declarations of all)
    for (const [what, body] of declarations) bodies.set(what, (bodies.get(what) ?? '') + body);
  if (bodies.size === 0) return '';
  return `table ${FILTER_TABLE} {\n${[...bodies].map(([what, body]) => `${what} {\n${body}}\n`).join('')}}\n`;
}

const ruledChain = ({ name, alias }: PolicyChain): string => alias ?? name;

export const flushChain = (name: string): string => `flush chain ${FILTER_TABLE} ${name}\n`;
export const deleteChain = (name: string): string => `delete chain ${FILTER_TABLE} ${name}\n`;
export const deleteSet = (name: string): string => `delete set ${FILTER_TABLE} ${name}\n`;
export const deleteCounter = (name: string): string => `delete counter ${FILTER_TABLE} ${name}\n`;

export const addElements = (elements: readonly FilterElement[]): string =>
  bySet('add', elements, ({ key, value }) => (value === '' ? key : `${key} : ${value}`));
export const deleteElements = (elements: readonly FilterElement[]): string =>
  bySet('delete', elements, ({ key }) => key);

function bySet(verb: string, elements: readonly FilterElement[], text: (element: FilterElement) => string): string {
  const sets = new Map<string, string[]>();
  for (const element of elements) {
    const texts = sets.get(element.set);
    if (texts) texts.push(text(element));
    else sets.set(element.set, [text(element)]);
  }
  return [...sets].map(([set, texts]) => `${verb} element ${tableOf(set)} ${set} { ${texts.join(', ')} }\n`).join('');
}
