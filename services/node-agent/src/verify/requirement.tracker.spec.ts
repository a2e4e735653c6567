import type { Report } from '@weft/contracts';
import type { Requirement } from '../planners/planner';
import { ReportBuffer } from '../report/report.buffer';
import { RequirementTracker } from './requirement.tracker';

const NETWORK = 'network:a0000000-0000-4000-8000-000000000001';
const requirement = (port: string, generation = 1): Requirement => ({
  object: { type: 'port', id: port },
  component: 'dhcp',
  generation,
  dependsOn: [{ driver: 'namespace', key: 'qdhcp-a' }],
});

describe(RequirementTracker.name, () => {
  const states = new Map<string, Report['state']>();
  let reports: ReportBuffer;
  let requirements: RequirementTracker;
  let evaluated: string[];
  beforeEach(() => {
    states.clear();
    reports = new ReportBuffer({ now: () => 0 });
    requirements = new RequirementTracker(reports);
    evaluated = [];
  });

  const pass = () => {
    evaluated = [];
    requirements.evaluate(({ object, component, generation }) => {
      evaluated.push(object.id);
      return { object: 'port', id: object.id, component, generation, state: states.get(object.id) ?? 'proven' };
    });
  };

  it('looks at what is new, and at all that is touched', () => {
    const [one, two, three] = [requirement('one'), requirement('two'), requirement('three')];
    requirements.set(NETWORK, [one, two]);
    pass();
    expect(evaluated).toEqual(['one', 'two']);
    pass();
    expect(evaluated).toEqual([]);
    requirements.set(NETWORK, [one, two, three]);
    pass();
    expect(evaluated).toEqual(['three']);
    requirements.touch(NETWORK);
    pass();
    expect(evaluated).toEqual(['one', 'two', 'three']);
  });

  it('looks again at what is open, in every pass, also when others are required meanwhile', () => {
    const [one, two] = [requirement('one'), requirement('two')];
    states.set('one', 'pending');
    requirements.set(NETWORK, [one]);
    pass();
    requirements.set(NETWORK, [one, two]);
    pass();
    expect(evaluated).toEqual(['one', 'two']);
    states.set('one', 'proven');
    pass();
    expect(evaluated).toEqual(['one']);
    pass();
    expect(evaluated).toEqual([]);
    expect(reports.get('port', 'one', 'dhcp')?.state).toBe('proven');
  });

  it('reports what has become untrue', () => {
    requirements.set(NETWORK, [requirement('one')]);
    pass();
    states.set('one', 'error');
    requirements.touch(NETWORK);
    pass();
    expect(reports.get('port', 'one', 'dhcp')?.state).toBe('error');
  });

  it('knows a requirement of another generation as another one, of which there is one report', () => {
    requirements.set(NETWORK, [requirement('one', 1)]);
    pass();
    requirements.set(NETWORK, [requirement('one', 2)]);
    pass();
    expect(evaluated).toEqual(['one']);
    expect(reports.all()).toMatchObject([{ id: 'one', generation: 2 }]);
  });

  it('forgets what is not required any more, and reports it again when it comes back', () => {
    const [one, two] = [requirement('one'), requirement('two')];
    requirements.set(NETWORK, [one, two]);
    pass();
    requirements.set(NETWORK, [two]);
    pass();
    expect(reports.all().map(({ id }) => id)).toEqual(['two']);
    requirements.set(NETWORK, [one, two]);
    pass();
    expect(reports.get('port', 'one', 'dhcp')).toBeDefined();
    requirements.set(NETWORK, []);
    expect(requirements.has(NETWORK)).toBe(false);
    expect(reports.all()).toEqual([]);
  });
});
