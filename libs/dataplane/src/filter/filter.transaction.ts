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

/** Declarations: counters, sets and chains without rules, so that rules may name any of them. */
export function declare(objects: readonly FilterObject[]): string {
  const lines = objects.flatMap((object) => {
    switch (object.kind) {
      case 'counter':
        return `counter ${object.name} {\n}`;
      case 'set':
        return `set ${object.name} {\n${object.type}\n}`;
      case 'chain':
        return [object.name, ...(object.alias === undefined ? [] : [object.alias])].map((name) => `chain ${name} {\n}`);
    }
  });
  return lines.length === 0 ? '' : `table ${FILTER_TABLE} {\n${lines.join('\n')}\n}\n`;
}

/**
 * Fills a chain, and leads its alias to it.
 * @param versions of the same alias that are there: they go in the same transaction.
 */
export function fill(chain: PolicyChain, versions: readonly string[]): string {
  const { name, alias, lines } = chain;
  // Not in a block of its own: for each `table … {` libnftables makes half a megabyte of hash tables.
  const rules = lines.map((line) => `add rule ${FILTER_TABLE} ${name} ${line}\n`).join('');
  if (alias === undefined) return rules;
  return `${rules}flush chain ${FILTER_TABLE} ${alias}
add rule ${FILTER_TABLE} ${alias} goto ${name}
${versions.map(removeChain).join('')}`;
}

export const flushChain = (name: string): string => `flush chain ${FILTER_TABLE} ${name}\n`;
export const deleteChain = (name: string): string => `delete chain ${FILTER_TABLE} ${name}\n`;
export const removeChain = (name: string): string => flushChain(name) + deleteChain(name);
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
