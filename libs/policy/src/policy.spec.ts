import type { RequestContext } from '@weft/contracts';
import { Policy } from './policy';
import { DEFAULT_RULES } from './rules';

const caller = (changes: Partial<RequestContext> = {}): RequestContext => ({
  requestId: 'req-1',
  idempotencyKey: 'req-1',
  userId: 'u1',
  projectId: 'p1',
  roles: ['member', 'reader'],
  ...changes,
});

/** Decides one rule text alone. */
const decide = (rule: string, target: Record<string, unknown> = {}, ctx = caller()) =>
  new Policy({ rule }).allows('rule', ctx, target);

describe('rule language', () => {
  it.each([
    ['', true],
    ['@', true],
    ['!', false],
    ['role:member', true],
    ['role:MEMBER', true],
    ['role:admin', false],
    ['not role:admin', true],
    ['not not role:member', true],
    ['role:admin or role:member', true],
    ['role:admin and role:member', false],
    ['NOT role:admin AND role:member', true],
    ['user_id:u1', true],
    ['user_id:u2', false],
    ["'a':a", true],
    ['"a":b', false],
  ])('decides "%s" as %s by the caller alone', (rule, expected) => {
    expect(decide(rule)).toBe(expected);
    expect(new Policy({ rule }).allowsAll('rule', caller())).toBe(expected);
    expect(new Policy({ rule }).dependsOnTarget('rule')).toBe(false);
  });

  it('binds not before and before or, and parentheses before all', () => {
    expect(decide('@ or @ and !')).toBe(true);
    expect(decide('(@ or @) and !')).toBe(false);
    expect(decide('not ! and !')).toBe(false);
    expect(decide('not (! and !)')).toBe(true);
    expect(decide('((@))and(role:member)')).toBe(true);
  });

  it('compares the owner of the object with the project of the caller', () => {
    expect(decide('project_id:%(project_id)s', { project_id: 'p1' })).toBe(true);
    expect(decide('(project_id:%(project_id)s)', { project_id: 'p2' })).toBe(false);
    expect(decide('tenant_id:%(tenant_id)s', { tenant_id: 'p1' })).toBe(true);
  });

  it('denies owner rules to a caller without a project, and on an object without an owner', () => {
    const unscoped = caller({ projectId: null });
    for (const target of [{}, { project_id: null }, { project_id: undefined }, { project_id: 'None' }]) {
      expect(decide('project_id:%(project_id)s', target, unscoped)).toBe(false);
    }
    expect(decide('project_id:%(project_id)s', {})).toBe(false);
  });

  it('finds the owner of a parent as a flat key and in the loaded parent', () => {
    const rule = 'project_id:%(network:project_id)s';
    expect(decide(rule, { 'network:project_id': 'p1' })).toBe(true);
    expect(decide(rule, { network: { project_id: 'p1' } })).toBe(true);
    expect(decide(rule, { network: { project_id: 'p2' } })).toBe(false);
    expect(decide(rule, { network: null })).toBe(false);
    expect(decide(rule, { network: Object.create({ project_id: 'p1' }) as object })).toBe(false);
  });

  it('compares a field of the object, else of its parent', () => {
    const rule = 'field:networks:shared=True';
    expect(decide(rule, { shared: true })).toBe(true);
    expect(decide(rule, { shared: false, network: { shared: true } })).toBe(false);
    expect(decide(rule, { network: { shared: true } })).toBe(true);
    expect(decide(rule, { 'network:shared': true })).toBe(true);
    expect(decide(rule, {})).toBe(false);
    expect(decide('field:networks:router:external=True', { 'router:external': true })).toBe(true);
  });

  it('matches a field from its start when the value begins with a tilde', () => {
    const rule = 'field:port:device_owner=~^network:';
    expect(decide(rule, { device_owner: 'network:dhcp' })).toBe(true);
    expect(decide(rule, { device_owner: 'compute:network:' })).toBe(false);
    expect(decide('field:port:device_owner=~net', { device_owner: 'my-net' })).toBe(false);
    expect(decide(rule, {})).toBe(false);
  });

  it('compares literals with fields, spelling booleans as the language does', () => {
    expect(decide("'eu:west':%(region)s", { region: 'eu:west' })).toBe(true);
    expect(decide('True:%(shared)s', { shared: true })).toBe(true);
    expect(decide('5:%(n)s', { n: 5 })).toBe(true);
    expect(decide("'a-b':%(x)s-%(y)s", { x: 'a', y: 'b' })).toBe(true);
    expect(decide("'a-':%(x)s-%(y)s", { x: 'a' })).toBe(false);
  });

  it.each([
    'role:admin and',
    '(role:admin',
    'role:admin)',
    'role:admin role:member',
    'and',
    'nonsense',
    'unknown_kind:%(x)s',
    'field:networks',
    'rule:absent',
  ])('refuses "%s" when the policy is built', (rule) => {
    expect(() => new Policy({ rule })).toThrow(SyntaxError);
  });

  it('refuses rules that refer to themselves, directly and around a corner', () => {
    expect(() => new Policy({ a: 'rule:a' })).toThrow(/refers to itself/);
    expect(() => new Policy({ a: 'rule:b', b: 'role:x or rule:a' })).toThrow(/refers to itself/);
  });
});

describe(Policy.name, () => {
  const policy = new Policy(DEFAULT_RULES);

  it('allows an unknown rule of an attribute and lets default decide an unknown rule of an operation', () => {
    expect(policy.allows('create_port:no_such', caller(), {})).toBe(true);
    expect(policy.allows('create_nothing', caller(), { project_id: 'p1' })).toBe(true);
    expect(policy.allows('create_nothing', caller(), { project_id: 'p2' })).toBe(false);
    expect(new Policy({}).allows('create_nothing', caller({ roles: ['admin'] }), {})).toBe(false);
  });

  it('knows names of the language itself for no rule', () => {
    expect(policy.has('constructor')).toBe(false);
    expect(() => new Policy({ a: 'rule:constructor' })).toThrow(SyntaxError);
  });

  it('settles a list once for an administrator and leaves it open for a member', () => {
    expect(policy.allowsAll('get_port', caller({ roles: ['admin'] }))).toBe(true);
    expect(policy.allowsAll('get_port', caller())).toBeUndefined();
    expect(policy.allowsAll('get_port', caller({ roles: [] }))).toBe(false);
    expect(policy.allowsAll('get_agent', caller())).toBe(false);
    expect(policy.allowsAll('get_port:binding:host_id', caller())).toBe(false);
    expect(policy.dependsOnTarget('get_port')).toBe(true);
    expect(policy.dependsOnTarget('get_agent')).toBe(false);
  });

  it('gives a reader sight but no change', () => {
    const reader = caller({ roles: ['reader'] });
    expect(policy.allows('get_network', reader, { project_id: 'p1' })).toBe(true);
    expect(policy.allows('create_network', reader, { project_id: 'p1' })).toBe(false);
    expect(policy.allows('get_network', reader, { project_id: 'p2', shared: true })).toBe(true);
    expect(policy.allows('get_network', reader, { project_id: 'p2', shared: false })).toBe(false);
  });

  it('lets advanced services see networks of others', () => {
    const foreign = { project_id: 'p2', shared: false };
    expect(policy.allows('get_network', caller({ roles: ['advsvc'] }), foreign)).toBe(true);
    expect(policy.allows('delete_network', caller({ roles: ['advsvc'] }), foreign)).toBe(false);
  });

  it('lets the owner of a network see and delete the ports of others on it', () => {
    const port = { project_id: 'p2', network: { project_id: 'p1' } };
    expect(policy.allows('get_port', caller(), port)).toBe(true);
    expect(policy.allows('delete_port', caller(), port)).toBe(true);
    expect(policy.allows('update_port', caller(), port)).toBe(false);
  });
});
