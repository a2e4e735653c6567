import type { RequestContext } from '@weft/contracts';
import { DEFAULT_RULES, parsePolicyFile, Policy } from '.';

const read = (text: string) => parsePolicyFile(text, DEFAULT_RULES);
const ctx: RequestContext = { requestId: 'r', idempotencyKey: 'r', userId: 'u', projectId: 'p1', roles: ['reader'] };

describe('a policy file', () => {
  it('overrides default rules by name and leaves the others', () => {
    const { rules, overrides, warnings } = read(`
# Readers may create networks here.
"create_network": "role:reader"
get_network:mtu: rule:admin_only
`);
    expect(overrides).toEqual({ create_network: 'role:reader', 'get_network:mtu': 'rule:admin_only' });
    expect({ ...rules, ...DEFAULT_RULES }).toEqual({ ...DEFAULT_RULES, 'get_network:mtu': 'rule:admin_only' });
    expect(warnings).toEqual([]);
    const policy = new Policy(rules);
    expect(policy.allows('create_network', ctx, {})).toBe(true);
    expect(policy.allows('get_network:mtu', ctx, {})).toBe(false);
  });

  it('changes what refers to a rule along with it', () => {
    const policy = new Policy(read('admin_only: "role:netadmin"').rules);
    expect(policy.allows('get_agent', { ...ctx, roles: ['netadmin'] }, {})).toBe(true);
    expect(policy.allows('get_agent', { ...ctx, roles: ['admin'] }, {})).toBe(false);
  });

  it.each(['', '# nothing but words\n', '{}'])('may be empty: %j', (text) => {
    expect(read(text).rules).toEqual(DEFAULT_RULES);
  });

  it('may be JSON, and may allow always with the empty text', () => {
    expect(read('{"create_network": "", "get_port": "!"}').overrides).toEqual({ create_network: '', get_port: '!' });
  });

  it.each([
    ['a: "@"\n\nget_port: "role:admin and"', 'line 3: rule get_port: unexpected end in policy rule "role:admin and"'],
    ['get_port: "rule:nobody"', 'line 1: rule get_port: policy refers to rule:nobody, which does not exist'],
    ['one: "rule:two"\ntwo: "rule:one"', 'line 2: rule two: policy rule one refers to itself'],
    ['get_port: "nonsense"', 'line 1: rule get_port: nonsense is not a check of the form kind:match'],
    [
      'get_port:\n  - role:admin',
      'line 1: rule get_port: the rule is not a text (write "" for one that always allows)',
    ],
    ['get_port:', 'line 1: rule get_port: the rule is not a text (write "" for one that always allows)'],
    ['- get_port', 'line 1: the file is not a mapping of rule names to rules'],
    ['\n5: "role:admin"', 'line 2: the name of a rule is not a text'],
    ['get_port: "@"\nget_port: "!"', /^line [12]: .*unique/],
    ['get_port: "role:admin\n', /^line \d: /],
  ])('is refused with line and rule: %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('is warned of where nothing will ever ask for a rule', () => {
    const { warnings } = read(`
helper: "role:admin"
get_network: "rule:helper"
get_netwrok: "rule:helper"
create_network:name: "rule:helper"
get_network:mtu: "rule:helper"
create_port:fixed_ips:subnet_id: "rule:helper"
`);
    expect(warnings).toEqual([
      'line 4: nothing asks for rule get_netwrok',
      'line 5: nothing asks for rule create_network:name',
    ]);
  });
});

describe('a policy that is replaced', () => {
  it('decides by the new rules for all who hold it, and by the old ones when the new are no good', () => {
    const policy = new Policy(DEFAULT_RULES);
    expect(policy.allows('create_network', ctx, {})).toBe(false);
    policy.replace(read('create_network: "@"').rules);
    expect(policy.allows('create_network', ctx, {})).toBe(true);
    expect(() => policy.replace({ create_network: 'role:x and' })).toThrow(/rule create_network: unexpected end/);
    expect(policy.allows('create_network', ctx, {})).toBe(true);
  });
});
