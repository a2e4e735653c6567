import { elementKey } from './filter.elements';
import type { FilterElement } from './filter.elements';
import type { PolicyChain } from './filter.policy';
import { counterName, isIntervalSet, remoteSet } from './filter.policy';
import type { FilterObject } from './filter.transaction';
import { objectKey } from './filter.transaction';

/** By the keys of a tracker. */
export const byKey = (elements: readonly FilterElement[]): Map<string, FilterElement> =>
  new Map(elements.map((element) => [elementKey(element), element]));

/** Chains with everything that their rules name. */
export function objectsOf(chains: readonly PolicyChain[]): Map<string, FilterObject> {
  const objects = chains.flatMap((chain): FilterObject[] => [
    ...chain.counters.map((id) => ({ kind: 'counter' as const, name: counterName(id) })),
    ...[...chain.sets].map(([name, type]) => ({ kind: 'set' as const, name, type })),
    { kind: 'chain', ...chain },
  ]);
  return new Map(objects.map((object) => [objectKey(object), object]));
}

/** Sets of remote addresses, both families. */
export function setObjects(kinds: readonly (keyof typeof remoteSet)[], id: string): Map<string, FilterObject> {
  const objects = kinds.flatMap((kind) =>
    ([4, 6] as const).map((version): FilterObject => {
      const [name, type] = [remoteSet[kind](id, version), version === 4 ? 'ipv4_addr' : 'ipv6_addr'];
      return {
        kind: 'set',
        name,
        type: isIntervalSet(name) ? `type ${type}; flags interval;` : `type ${type};`,
      };
    }),
  );
  return new Map(objects.map((object) => [objectKey(object), object]));
}

/** The sets of a security group's members. */
export const memberSets = (group: string, exist: boolean): ReturnType<typeof setObjects> =>
  exist ? setObjects(['members', 'memberPrefixes'], group) : new Map();
