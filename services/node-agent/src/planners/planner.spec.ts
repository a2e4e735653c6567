import { Dataplane, type Driver, IN_SYNC, type ObjectState } from '@weft/dataplane';
import { createPlanners } from '.';
import { ReportBuffer } from '../report/report.buffer';
import { FactStore, ownerOf } from '../state/fact.store';
import { evaluate } from '../verify/evaluate';
import { RequirementTracker } from '../verify/requirement.tracker';
import type { FactChange, NodeProfile, Plan, Planner } from './planner';

/** Owners of another kind, which follow from facts that exist: each node has a peering. */
class PeeringPlanner implements Planner {
  readonly kind = 'peering';
  private readonly peers = new Set<string>();

  index({ key, after }: FactChange): Iterable<string> {
    if (key.kind !== 'node') return [];
    if (after) this.peers.add(key.host);
    else this.peers.delete(key.host);
    return [key.host];
  }

  plan(host: string): Plan {
    if (!this.peers.has(host)) return { objects: {}, requirements: [] };
    const condition = { driver: 'peering', key: host } as never;
    const object = { type: 'port', id: host } as const;
    return {
      objects: { peering: [host] } as Plan['objects'],
      requirements: [{ object, component: 'wired', generation: 1, dependsOn: [condition] }],
    };
  }
}

/** Writes what is desired into a set, in place of a kernel. */
class PeeringDriver implements Driver<string> {
  readonly kind = 'peering';
  private readonly desired = new Map<string, readonly string[]>();
  readonly actual = new Set<string>();
  refuses: Error | null = null;
  writes = 0;

  setDesired(owner: string, objects: readonly string[]): void {
    this.desired.set(owner, objects);
  }

  markDirty(): void {}

  resync(): readonly [] {
    return [];
  }

  applyUpdates(): number {
    const missing = [...this.desiredPeers].filter((peer) => !this.actual.has(peer));
    if (this.refuses) return 0;
    for (const peer of missing) this.actual.add(peer);
    this.writes += missing.length;
    return missing.length;
  }

  applyDeletes(): number {
    const unwanted = [...this.actual].filter((peer) => !this.desiredPeers.has(peer));
    for (const peer of unwanted) this.actual.delete(peer);
    this.writes += unwanted.length;
    return unwanted.length;
  }

  stateOf(key: string): ObjectState {
    if (this.actual.has(key)) return IN_SYNC;
    return this.refuses
      ? { state: 'refused', reason: 'kernel-refused', detail: this.refuses.message }
      : { state: 'pending' };
  }

  get pending(): number {
    return this.desiredPeers.size - this.actual.size;
  }

  nextRetryAt(): number | null {
    return null;
  }

  close(): void {}

  private get desiredPeers(): ReadonlySet<string> {
    return new Set([...this.desired.values()].flat());
  }
}

/** What the reconciler does in a pass, with one planner and one driver more than the agent has. */
function newTestNode() {
  const planners: Planner[] = [...Object.values(createPlanners()), new PeeringPlanner()];
  const store = new FactStore(planners);
  const driver = new PeeringDriver();
  const dataplane = new Dataplane([driver], () => undefined);
  const reports = new ReportBuffer({ now: () => 0 });
  const tracker = new RequirementTracker(reports);
  const change = (host: string, generation: number, exists = true) => {
    const value = exists ? { host, tunnelIp: null, physicalNetworks: [] } : null;
    const owners = store.put(`node.${host}`, { generation, value });
    for (const owner of owners) {
      const { kind, id } = ownerOf(owner);
      const { objects, requirements } = planners.find((p) => p.kind === kind)!.plan(id, {} as NodeProfile);
      dataplane.setDesired(owner, objects);
      tracker.set(owner, requirements);
    }
    return owners;
  };
  const pass = (sweep = true) => {
    const result = dataplane.pass(sweep);
    tracker.evaluate((requirement) => evaluate(requirement, (c) => dataplane.stateOf(c.driver, c.key, c.content)));
    return result;
  };
  return { driver, dataplane, reports, change, pass };
}

describe('a further kind of owner', () => {
  it('goes from fact to driver to proof by its planner and its driver alone', () => {
    const { driver, reports, change, pass } = newTestNode();
    expect([...change('h2', 1)]).toEqual(['peering:h2']);
    expect(pass().commands).toBe(1);
    expect(driver.actual).toEqual(new Set(['h2']));
    expect(reports.get('port', 'h2', 'wired')?.state).toBe('proven');
    expect(pass().commands).toBe(0);
  });

  it('reports what its driver says of an object that is refused', () => {
    const { driver, reports, change, pass } = newTestNode();
    driver.refuses = new Error('no peers today');
    change('h2', 1);
    pass();
    expect(reports.get('port', 'h2', 'wired')).toMatchObject({
      state: 'error',
      reason: 'kernel-refused',
      detail: 'no peers today',
    });
  });

  it('is removed with its owner, unless nothing may be removed yet', () => {
    const { driver, dataplane, reports, change, pass } = newTestNode();
    change('h2', 1);
    pass();
    change('h2', 2, false);
    expect(pass(false).commands).toBe(0);
    expect(pass().commands).toBe(1);
    expect(driver.actual).toEqual(new Set());
    expect(reports.all()).toEqual([]);
    expect(dataplane.writes).toBe(2);
  });

  it('is refused by a dataplane that has no driver for its objects', () => {
    const { dataplane } = newTestNode();
    expect(() => dataplane.setDesired('peering:h2', { tunnel: [{}] })).toThrow('no driver of kind tunnel');
  });
});
