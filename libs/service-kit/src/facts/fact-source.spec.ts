import { type Fact, groupMemberFact, portAssignmentFact } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { type FactSource, publishChange } from './fact-source';

interface Row {
  readonly host: string | null;
  readonly groups: readonly string[];
}

const source: Pick<FactSource<Row>, 'of'> = {
  *of({ host, groups }) {
    if (host !== null)
      yield [portAssignmentFact.key(host, 'p'), { port: 'p', network: 'n', qosPolicy: null, security: null }];
    for (const group of groups) yield [groupMemberFact.key(group, 'p'), { group, port: 'p', addresses: [] }];
  },
};

function published(before: Row | null, after: Row | null): [string, boolean][] {
  const facts: [string, Fact][] = [];
  publishChange(
    { fact: (key: string, fact: Fact) => facts.push([key, fact]) } as unknown as Tx,
    source,
    before,
    after,
    7,
  );
  expect(facts.every(([, { generation }]) => generation === 7)).toBe(true);
  return facts.map(([key, { value }]) => [key, value !== null]);
}

describe(publishChange, () => {
  it('publishes every fact of a new row', () => {
    expect(published(null, { host: 'h1', groups: ['a'] })).toEqual([
      ['host.h1.port.p', true],
      ['members.a.p', true],
    ]);
  });

  it('deletes facts that no longer follow, before it publishes those that do', () => {
    expect(published({ host: 'h1', groups: ['a', 'b'] }, { host: 'h2', groups: ['b', 'c'] })).toEqual([
      ['host.h1.port.p', false],
      ['members.a.p', false],
      ['host.h2.port.p', true],
      ['members.b.p', true],
      ['members.c.p', true],
    ]);
  });

  it('deletes every fact of a deleted row, and nothing of one that had none', () => {
    expect(published({ host: 'h1', groups: ['a'] }, null)).toEqual([
      ['host.h1.port.p', false],
      ['members.a.p', false],
    ]);
    expect(published({ host: null, groups: [] }, null)).toEqual([]);
  });
});
