import type { Fact } from '@weft/contracts';
import { digestOf, nodeFact, portAssignmentFact, qosPolicyFact } from '@weft/contracts';
import fc from 'fast-check';
import { FactStore } from './fact.store';

const NET = 'net-1';
const assignment = (port: string, network: string, generation: number): [string, Fact] => [
  portAssignmentFact.key('h', port),
  { generation, value: { port, network, qosPolicy: null, security: null } },
];

describe(FactStore.name, () => {
  it('lets the greater generation win, deletions included', () => {
    const sut = new FactStore();
    sut.put(...assignment('p', NET, 5));
    expect([...sut.put(...assignment('p', NET, 4))]).toEqual([]);
    expect([...sut.put(portAssignmentFact.key('h', 'p'), { generation: 6, value: null })]).toEqual([NET]);
    expect([...sut.put(...assignment('p', NET, 5))]).toEqual([]);
    expect(sut.view(NET).assigned.size).toBe(0);
  });

  it('remembers a deletion, takes a snapshot for the truth all the same, and does not count deletions as held', () => {
    const sut = new FactStore();
    sut.put(portAssignmentFact.key('h', 'p'), { generation: 6, value: null });
    expect(sut.digests()).toEqual({});
    sut.put(...assignment('p', NET, 5));
    expect(sut.size).toBe(0);
    sut.applySnapshot(['host.h.'], [assignment('p', NET, 5)], ['host.h.']);
    expect(sut.view(NET).assigned.size).toBe(1);
  });

  it('says that both networks are concerned when a port changes its network', () => {
    const sut = new FactStore();
    sut.put(...assignment('p', NET, 1));
    expect([...sut.put(...assignment('p', 'net-2', 2))].sort()).toEqual([NET, 'net-2']);
  });

  it('says which networks a QoS policy concerns: those with a port here that it is in force for', () => {
    const sut = new FactStore();
    const limited = (generation: number, qosPolicy: string | null): Fact => ({
      generation,
      value: { port: 'p', network: NET, qosPolicy, security: null },
    });
    const policy = { id: 'q', egress: null, ingress: null, dscp: 46 };
    sut.put(...assignment('other', 'net-2', 1));
    sut.put(portAssignmentFact.key('h', 'p'), limited(1, 'q'));
    expect([...sut.put(qosPolicyFact.key('q'), { generation: 1, value: policy })]).toEqual([NET]);
    expect(sut.view(NET).policies.get('q')).toEqual(policy);
    expect([...sut.put(portAssignmentFact.key('h', 'p'), limited(2, null))]).toEqual([NET]);
    expect([...sut.put(qosPolicyFact.key('q'), { generation: 2, value: null })]).toEqual([]);
  });

  it('takes a snapshot of a prefix as the whole of it, even if its generations are smaller', () => {
    const sut = new FactStore();
    sut.put(...assignment('gone', NET, 9));
    sut.put(...assignment('older', NET, 9));
    sut.applySnapshot(['host.h.'], [assignment('older', NET, 3)], ['host.h.', 'node.']);
    expect([...sut.view(NET).assigned.keys()]).toEqual(['older']);
    expect(sut.digests()).toEqual({ 'host.h.': digestOf([[portAssignmentFact.key('h', 'older'), 3]]) });
  });

  it('drops what the node is no longer entitled to', () => {
    const sut = new FactStore();
    sut.put(nodeFact.key('other'), {
      generation: 1,
      value: { host: 'other', tunnelIp: '10.0.0.1', physicalNetworks: [] },
    });
    sut.put(...assignment('p', NET, 1));
    sut.applySnapshot([], [], ['network.x']);
    expect(sut.size).toBe(0);
  });

  it('ignores kinds of facts that it does not know, and keeps them for the digest', () => {
    const sut = new FactStore();
    const value = {} as never;
    expect([...sut.put('router.r1', { generation: 1, value })]).toEqual([]);
    expect(Object.keys(sut.digests())).toEqual(['router.r1']);
  });

  it('ends in the same state in whatever order facts of distinct generations come', () => {
    const step = fc.record({ port: fc.constantFrom('a', 'b'), network: fc.constantFrom('n', 'm', null) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.func(fc.nat()), (steps, order) => {
        const facts = steps.map(({ port, network }, generation): [string, Fact] => [
          portAssignmentFact.key('h', port),
          { generation, value: network === null ? null : { port, network, qosPolicy: null, security: null } },
        ]);
        const state = (sut: FactStore) => ['n', 'm'].map((n) => [...sut.view(n).assigned.keys()].sort());
        const [inOrder, shuffled] = [new FactStore(), new FactStore()];
        for (const fact of facts) inOrder.put(...fact);
        for (const fact of [...facts].sort((a, b) => order(a[1].generation) - order(b[1].generation)))
          shuffled.put(...fact);
        expect(state(shuffled)).toEqual(state(inOrder));
      }),
    );
  });
});
