import type { Fact } from '@weft/contracts';
import { digestOf, nodeFact, portAssignmentFact, qosPolicyFact } from '@weft/contracts';
import fc from 'fast-check';
import { NetworkPlanner } from '../planners/network/network.planner';
import { FactStore } from './fact.store';

const NET = 'net-1';
const assignment = (port: string, network: string, generation: number): [string, Fact] => [
  portAssignmentFact.key('h', port),
  { generation, value: { port, network, qosPolicy: null, security: null } },
];

const OWNER = `network:${NET}`;

function newTestStore() {
  const planner = new NetworkPlanner();
  const sut = new FactStore([planner]);
  return { sut, view: (id: string) => planner.networks.view(id) };
}

describe(FactStore.name, () => {
  it('lets the greater generation win, deletions included', () => {
    const { sut, view } = newTestStore();
    sut.put(...assignment('p', NET, 5));
    expect([...sut.put(...assignment('p', NET, 4))]).toEqual([]);
    expect([...sut.put(portAssignmentFact.key('h', 'p'), { generation: 6, value: null })]).toEqual([OWNER]);
    expect([...sut.put(...assignment('p', NET, 5))]).toEqual([]);
    expect(view(NET).assigned.size).toBe(0);
  });

  it('remembers a deletion, takes a snapshot for the truth all the same, and does not count deletions as held', () => {
    const { sut, view } = newTestStore();
    sut.put(portAssignmentFact.key('h', 'p'), { generation: 6, value: null });
    expect(sut.digests()).toEqual({});
    sut.put(...assignment('p', NET, 5));
    expect(sut.size).toBe(0);
    sut.applySnapshot(['host.h.'], [assignment('p', NET, 5)], ['host.h.']);
    expect(view(NET).assigned.size).toBe(1);
  });

  it('says that both networks are concerned when a port changes its network', () => {
    const { sut } = newTestStore();
    sut.put(...assignment('p', NET, 1));
    expect([...sut.put(...assignment('p', 'net-2', 2))].sort()).toEqual([OWNER, 'network:net-2']);
  });

  it('says which networks a QoS policy concerns: those with a port here that it is in force for', () => {
    const { sut, view } = newTestStore();
    const limited = (generation: number, qosPolicy: string | null): Fact => ({
      generation,
      value: { port: 'p', network: NET, qosPolicy, security: null },
    });
    const policy = { id: 'q', egress: null, ingress: null, dscp: 46 };
    sut.put(...assignment('other', 'net-2', 1));
    sut.put(portAssignmentFact.key('h', 'p'), limited(1, 'q'));
    expect([...sut.put(qosPolicyFact.key('q'), { generation: 1, value: policy })]).toEqual([OWNER]);
    expect(view(NET).policies.get('q')).toEqual(policy);
    expect([...sut.put(portAssignmentFact.key('h', 'p'), limited(2, null))]).toEqual([OWNER]);
    expect([...sut.put(qosPolicyFact.key('q'), { generation: 2, value: null })]).toEqual([]);
  });

  it('takes a snapshot of a prefix as the whole of it, even if its generations are smaller', () => {
    const { sut, view } = newTestStore();
    sut.put(...assignment('gone', NET, 9));
    sut.put(...assignment('older', NET, 9));
    sut.applySnapshot(['host.h.'], [assignment('older', NET, 3)], ['host.h.', 'node.']);
    expect([...view(NET).assigned.keys()]).toEqual(['older']);
    expect(sut.digests()).toEqual({ 'host.h.': digestOf([[portAssignmentFact.key('h', 'older'), 3]]) });
  });

  it('drops what the node is no longer entitled to', () => {
    const { sut } = newTestStore();
    sut.put(nodeFact.key('other'), {
      generation: 1,
      value: { host: 'other', tunnelIp: '10.0.0.1', physicalNetworks: [] },
    });
    sut.put(...assignment('p', NET, 1));
    sut.applySnapshot([], [], ['network.x']);
    expect(sut.size).toBe(0);
  });

  it('ignores kinds of facts that it does not know, and keeps them for the digest', () => {
    const { sut } = newTestStore();
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
        const state = ({ view }: ReturnType<typeof newTestStore>) =>
          ['n', 'm'].map((n) => [...view(n).assigned.keys()].sort());
        const [inOrder, shuffled] = [newTestStore(), newTestStore()];
        for (const fact of facts) inOrder.sut.put(...fact);
        for (const fact of [...facts].sort((a, b) => order(a[1].generation) - order(b[1].generation)))
          shuffled.sut.put(...fact);
        expect(state(shuffled)).toEqual(state(inOrder));
      }),
    );
  });

  it('says which keys a delta dropped, of those that were held', () => {
    const { sut } = newTestStore();
    sut.put(...assignment('p', NET, 1));
    sut.put(nodeFact.key('other'), { generation: 1, value: { host: 'other', tunnelIp: null, physicalNetworks: [] } });
    expect(sut.applyDelta(['host.h.', 'network.x'], [])).toEqual({
      owners: new Set([OWNER]),
      removed: [portAssignmentFact.key('h', 'p')],
    });
    expect(sut.size).toBe(1);
  });
});
