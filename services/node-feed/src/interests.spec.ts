import fc from 'fast-check';
import type { Fact, FactValue } from '@weft/contracts';
import { COMMON_PREFIXES, assignmentPrefix, interestsOf, parseFactKey } from '@weft/contracts';
import { FactStore } from './fact-store';
import { Interests } from './interests';

const HOST = 'h1';
const port = (network: string, groups: readonly string[] = []): FactValue =>
  ({ port: 'p', network, qosPolicy: null, security: { groups, pairs: [] } }) as FactValue;
/** A group whose rules refer to the members of others. */
const group = (id: string, remotes: readonly string[]): FactValue =>
  ({ id, stateful: true, rules: remotes.map((remote) => ({ remote: { group: remote } })) }) as unknown as FactValue;

function newTestInterests() {
  const store = new FactStore();
  const interests = new Interests(HOST, (scope) => store.of(scope));
  let generation = 0;
  const put = (key: string, value: FactValue | null) => {
    const fact: Fact = { generation: ++generation, value };
    store.apply(key, fact);
    return interests.update(key, fact);
  };
  return { store, interests, put };
}

describe('Interests', () => {
  it('bring a network with its first assignment and drop it with the last', () => {
    const { interests, put } = newTestInterests();
    expect(interests.scopes).toEqual(['node.', 'host.h1.']);
    expect(put('host.h1.port.1', port('A'))).toEqual({ come: ['network.A'], gone: [] });
    expect(put('host.h1.port.2', port('A'))).toEqual({ come: [], gone: [] });
    expect(put('host.h1.port.1', null)).toEqual({ come: [], gone: [] });
    expect(put('host.h1.port.2', null)).toEqual({ come: [], gone: ['network.A'] });
  });

  it('follow an assignment that changes its network', () => {
    const { put } = newTestInterests();
    put('host.h1.port.1', port('A'));
    expect(put('host.h1.port.1', port('B'))).toEqual({ come: ['network.B'], gone: ['network.A'] });
  });

  it('go on: a port brings its groups, and their rules the members of others', () => {
    const { interests, store, put } = newTestInterests();
    store.apply('group.g1', { generation: 1, value: group('g1', ['g2']) });
    expect(put('host.h1.port.1', port('A', ['g1'])).come).toEqual(['network.A', 'group.g1', 'members.g2']);
    // A rule that comes, a rule that goes.
    expect(put('group.g1', group('g1', ['g2', 'g3']))).toEqual({ come: ['members.g3'], gone: [] });
    expect(put('group.g1', group('g1', ['g3']))).toEqual({ come: [], gone: ['members.g2'] });
    // A group which comes later than the port that has it.
    expect(put('host.h1.port.1', port('A', ['g1', 'g4'])).come).toEqual(['group.g4']);
    expect(put('group.g4', group('g4', ['g3', 'g5'])).come).toEqual(['members.g5']);
    expect(put('host.h1.port.1', null).gone.toSorted()).toEqual([
      ...['group.g1', 'group.g4', 'members.g3', 'members.g5', 'network.A'],
    ]);
    expect(interests.scopes).toEqual(['node.', 'host.h1.']);
  });

  it('are after any changes what the facts ask for, and each change says exactly what came and went', () => {
    const few = fc.subarray(['g1', 'g2', 'g3', 'g4']);
    const change = fc.oneof(
      fc.record({
        key: fc.constantFrom('host.h1.port.1', 'host.h1.port.2'),
        value: fc.option(few.map((g) => port('A', g))),
      }),
      fc.record({
        key: fc.constantFrom('group.g1', 'group.g2', 'group.g3'),
        value: fc.option(few.map((remotes) => group('g', remotes))),
      }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const { interests, store, put } = newTestInterests();
        const followed = new Set(interests.scopes);
        let last = 0;
        for (const { key, value } of changes) {
          // A node has only facts of scopes that it follows; others change unseen.
          const seen = key.startsWith('host.') || followed.has(key);
          if (!seen) store.apply(key, { generation: 1_000 + last++, value });
          if (!seen) continue;
          store.apply(key, { generation: 1_000 + last, value });
          const { come, gone } = interests.update(key, { generation: 1_000 + last++, value });
          expect([...come].filter((scope) => followed.has(scope))).toEqual([]);
          expect([...gone].filter((scope) => !followed.has(scope))).toEqual([]);
          for (const scope of gone) followed.delete(scope);
          for (const scope of come) followed.add(scope);
          expect([...followed].sort()).toEqual(asked(store).sort());
        }
        expect(put('host.h1.port.9', port('Z')).come).toEqual(['network.Z']);
      }),
    );
  });
});

/** Said once more, from nothing. */
function asked(store: FactStore): string[] {
  const scopes = new Set([...COMMON_PREFIXES, assignmentPrefix(HOST)]);
  for (const scope of scopes)
    for (const [key, { value }] of store.of(scope))
      for (const interest of interestsOf(parseFactKey(key)!, value as FactValue)) scopes.add(interest);
  return [...scopes];
}
