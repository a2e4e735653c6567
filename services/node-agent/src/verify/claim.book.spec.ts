import type { Report } from '@weft/contracts';
import type { Claim } from '../managers/plan.types';
import { ReportBook } from '../report/report.book';
import { ClaimBook } from './claim.book';

const NETWORK = 'a0000000-0000-4000-8000-000000000001';
const claim = (port: string, generation = 1): Claim => ({
  port,
  component: 'dhcp',
  generation,
  rests: { links: [], namespace: 'qdhcp-a' },
});

describe('claims and how they stand', () => {
  const states = new Map<string, Report['state']>();
  let book: ReportBook;
  let claims: ClaimBook;
  let judged: string[];
  beforeEach(() => {
    states.clear();
    book = new ReportBook({ now: () => 0 });
    claims = new ClaimBook(book);
    judged = [];
  });

  const pass = () => {
    judged = [];
    claims.prove(({ port, component, generation }) => {
      judged.push(port);
      return { object: 'port', id: port, component, generation, state: states.get(port) ?? 'proven' };
    });
  };

  it('looks at what is new, and at all that is touched', () => {
    const [one, two, three] = [claim('one'), claim('two'), claim('three')];
    claims.set(NETWORK, [one, two]);
    pass();
    expect(judged).toEqual(['one', 'two']);
    pass();
    expect(judged).toEqual([]);
    claims.set(NETWORK, [one, two, three]);
    pass();
    expect(judged).toEqual(['three']);
    claims.touch(NETWORK);
    pass();
    expect(judged).toEqual(['one', 'two', 'three']);
  });

  it('looks again at what is open, in every pass, also when others are claimed meanwhile', () => {
    const [one, two] = [claim('one'), claim('two')];
    states.set('one', 'pending');
    claims.set(NETWORK, [one]);
    pass();
    claims.set(NETWORK, [one, two]);
    pass();
    expect(judged).toEqual(['one', 'two']);
    states.set('one', 'proven');
    pass();
    expect(judged).toEqual(['one']);
    pass();
    expect(judged).toEqual([]);
    expect(book.get('one', 'dhcp')?.state).toBe('proven');
  });

  it('reports what has become untrue', () => {
    claims.set(NETWORK, [claim('one')]);
    pass();
    states.set('one', 'error');
    claims.touch(NETWORK);
    pass();
    expect(book.get('one', 'dhcp')?.state).toBe('error');
  });

  it('knows a claim of another generation as another one, of which there is one report', () => {
    claims.set(NETWORK, [claim('one', 1)]);
    pass();
    claims.set(NETWORK, [claim('one', 2)]);
    pass();
    expect(judged).toEqual(['one']);
    expect(book.all()).toMatchObject([{ id: 'one', generation: 2 }]);
  });

  it('forgets what is not claimed any more, and reports it again when it comes back', () => {
    const [one, two] = [claim('one'), claim('two')];
    claims.set(NETWORK, [one, two]);
    pass();
    claims.set(NETWORK, [two]);
    pass();
    expect(book.all().map(({ id }) => id)).toEqual(['two']);
    claims.set(NETWORK, [one, two]);
    pass();
    expect(book.get('one', 'dhcp')).toBeDefined();
    claims.set(NETWORK, []);
    expect(claims.has(NETWORK)).toBe(false);
    expect(book.all()).toEqual([]);
  });
});
