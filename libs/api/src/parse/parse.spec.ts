import {
  agents,
  ApiError,
  networks,
  ports,
  type RequestContext,
  securityGroupRules,
  securityGroups,
  segments,
  subnets,
} from '@weft/contracts';
import { compileResource } from './compile';

const member: RequestContext = {
  requestId: 'req-1',
  idempotencyKey: 'req-1',
  userId: 'u1',
  projectId: 'p1',
  roles: ['member', 'reader'],
};
const admin: RequestContext = { ...member, projectId: 'p0', roles: ['admin'] };
const ID = '38360a2d-30e0-4ff1-b9de-c85e29dc94d8';

const network = compileResource(networks);
const subnet = compileResource(subnets);
const port = compileResource(ports);

/** `400 HTTPBadRequest: text` of what was thrown. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.type}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}
const create = (resource: typeof network, attributes: unknown, ctx = member) =>
  resource.parseCreate({ [resource.definition.member]: attributes }, ctx).items[0]!;
const query = (resource: typeof network, text: string) => resource.parseQuery(new URLSearchParams(text));

describe('parseCreate', () => {
  it('fills defaults and the owner, and leaves out what is not specified', () => {
    expect(create(network, { name: 'n1' })).toEqual({
      name: 'n1',
      admin_state_up: true,
      dns_domain: '',
      availability_zone_hints: [],
      port_security_enabled: true,
      qos_policy_id: null,
      'router:external': false,
      tenant_id: 'p1',
      project_id: 'p1',
      shared: false,
      mtu: 0,
      description: '',
    });
    expect(create(port, { network_id: ID })).toEqual({
      name: '',
      network_id: ID,
      admin_state_up: true,
      device_id: '',
      device_owner: '',
      tenant_id: 'p1',
      project_id: 'p1',
      'binding:vnic_type': 'normal',
      dns_name: '',
      dns_domain: '',
      extra_dhcp_opts: null,
      qos_policy_id: null,
      device_profile: null,
      numa_affinity_policy: null,
      propagate_uplink_status: true,
      description: '',
      tags: [],
    });
  });

  it('tells which attributes the client named', () => {
    const parsed = network.parseCreate({ networks: [{ name: 'a' }, { network: { shared: true } }] }, admin);
    expect(parsed.explicit).toEqual([['name'], ['shared']]);
    expect(parsed.bulk).toBe(true);
    expect(parsed.items.map(({ name, shared }) => [name, shared])).toEqual([
      ['a', false],
      ['', true],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a list', [], 'Body contains invalid data'],
    ['a text', 'x', 'Body contains invalid data'],
    ['nothing', undefined, 'Body contains invalid data'],
    ['another member', { networ: {} }, "Unable to find 'network' in request body"],
    ['an empty object', {}, "Unable to find 'network' in request body"],
    ['a member that is no object', { network: 5 }, "Object 'network' contains invalid data"],
    ['an empty bulk', { networks: [] }, 'Resources required'],
    ['a bulk that is no list', { networks: { name: 'a' } }, 'Body contains invalid data'],
    ['a bulk with a bad item', { networks: [{ name: 'q1' }, { bogus: 1 }] }, "Unrecognized attribute(s) 'bogus'"],
    ['an unknown attribute', { network: { bogus: 1, name: 5 } }, "Unrecognized attribute(s) 'bogus'"],
    [
      'the attribute of an alias not served',
      { network: { vlan_transparent: true } },
      "Unrecognized attribute(s) 'vlan_transparent'",
    ],
    ['a name that objects inherit', { network: { constructor: 1 } }, "Unrecognized attribute(s) 'constructor'"],
    ['an id', { network: { id: 'x' } }, "Attribute 'id' not allowed in POST"],
    [
      'another owner',
      { network: { tenant_id: 'p2' } },
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
    ],
    ['two owners', { network: { tenant_id: 'p1', project_id: 'p2' } }, "'project_id' and 'tenant_id' do not match"],
    ['a number as name', { network: { name: 5 } }, "Invalid input for name. Reason: '5' is not a valid string."],
    [
      'an object as name',
      { network: { name: { a: [null, true] } } },
      "Invalid input for name. Reason: '{'a': [None, True]}' is not a valid string.",
    ],
    ['a negative MTU', { network: { mtu: -1 } }, "Invalid input for mtu. Reason: '-1' should be non-negative."],
  ])('refuses %s', (_what, body, message) => {
    expect(refusal(() => network.parseCreate(body, member))).toBe(`400 HTTPBadRequest: ${message}`);
  });

  it.each<[string, unknown, string]>([
    ['no IP version', {}, "Failed to parse request. Required attribute 'ip_version' not specified"],
    [
      'IP version 5',
      { network_id: ID, ip_version: 5 },
      'Invalid input for ip_version. Reason: 5 is not in valid_values.',
    ],
    [
      'an address out of range in a pool',
      { network_id: ID, ip_version: 4, allocation_pools: [{ start: '10.0.5.5', end: '10.0.5.300' }] },
      "Invalid input for allocation_pools. Reason: '10.0.5.300' is not a valid IP address.",
    ],
    [
      'a pool with another key',
      { network_id: ID, ip_version: 4, allocation_pools: [{ start: '10.0.5.5', stop: '10.0.5.9' }] },
      "Invalid input for allocation_pools. Reason: Validation of dictionary's keys failed. Expected keys: ['start', 'end'] Provided keys: ['start', 'stop'].",
    ],
    [
      'an address with leading zeros',
      { network_id: ID, ip_version: 4, gateway_ip: '10.0.0.01' },
      "Invalid input for gateway_ip. Reason: '10.0.0.01' is not an accepted IP address, '10.0.0.1' is recommended.",
    ],
    [
      'a CIDR without length',
      { network_id: ID, ip_version: 4, cidr: '10.0.0.0' },
      "Invalid input for cidr. Reason: '10.0.0.0' isn't a recognized IP subnet cidr, '10.0.0.0/32' is recommended.",
    ],
    [
      'a name server twice',
      { network_id: ID, ip_version: 4, dns_nameservers: ['1.1.1.1', '1.1.1.1'] },
      "Invalid input for dns_nameservers. Reason: Duplicate nameserver '1.1.1.1'.",
    ],
    [
      'a route to a host within a network',
      { network_id: ID, ip_version: 4, host_routes: [{ destination: '10.0.0.5/24', nexthop: '10.0.0.1' }] },
      "Invalid input for host_routes. Reason: '10.0.0.5/24' isn't a recognized IP subnet cidr, '10.0.0.0/24' is recommended.",
    ],
    [
      'an RA mode that is none',
      { network_id: ID, ip_version: 6, ipv6_ra_mode: 'x' },
      'Invalid input for ipv6_ra_mode. Reason: x is not in valid_values.',
    ],
  ])('refuses a subnet with %s', (_what, attributes, message) => {
    expect(refusal(() => create(subnet, attributes))).toBe(`400 HTTPBadRequest: ${message}`);
  });

  it('reports a value that cannot be converted as invalid input', () => {
    expect(refusal(() => create(network, { admin_state_up: 'maybe' }))).toBe(
      "400 InvalidInput: Invalid input for operation: 'maybe' cannot be converted to boolean.",
    );
    expect(refusal(() => create(subnet, { network_id: ID, ip_version: 'four' }))).toBe(
      "400 InvalidInput: Invalid input for operation: 'four' is not an integer.",
    );
    expect(refusal(() => create(network, { mtu: 2 ** 40 }))).toMatch(/^400 InvalidInput/);
  });

  it('converts before it validates', () => {
    const made = create(subnet, {
      network_id: ID,
      ip_version: '6',
      cidr: 'FD00:0:0:1::/64',
      gateway_ip: 'FD00:0:0:1::0001',
      enable_dhcp: 'no',
      dns_nameservers: null,
      allocation_pools: [{ start: 'fd00:0:0:1::A', end: 'fd00:0:0:1::00ff' }],
    });
    expect(made).toMatchObject({
      ip_version: 6,
      cidr: 'fd00:0:0:1::/64',
      gateway_ip: 'fd00:0:0:1::1',
      enable_dhcp: false,
      dns_nameservers: [],
      allocation_pools: [{ start: 'fd00:0:0:1::a', end: 'fd00:0:0:1::ff' }],
    });
  });

  it('keeps the host bits of a CIDR for the owner of the subnet to mask', () => {
    expect(create(subnet, { network_id: ID, ip_version: 4, cidr: '10.0.5.7/24' }).cidr).toBe('10.0.5.7/24');
  });

  it('reads MAC addresses in every usual spelling, and null as the wish for a new one', () => {
    const mac = (mac_address: unknown) => create(port, { network_id: ID, mac_address }).mac_address;
    for (const spelling of ['FA-16-3E-00-00-01', 'fa16.3e00.0001', 'fa163e000001', 'fa:16:3e:0:0:1']) {
      expect(mac(spelling)).toBe('fa:16:3e:00:00:01');
    }
    expect(mac(null)).toBeNull();
    for (const bad of ['00:00:00:00:00:00', 'FF:ff:ff:ff:ff:ff', 'fa:16:3e:00:00', 'zz:16:3e:00:00:01', '']) {
      expect(refusal(() => mac(bad))).toMatch(/is not a valid MAC address\.$/);
    }
  });

  it('refuses the same fixed address twice, but not the same subnet', () => {
    const fixed = (fixed_ips: unknown) => refusal(() => create(port, { network_id: ID, fixed_ips }));
    expect(fixed([{ subnet_id: ID }, { subnet_id: ID }])).toBe('accepted');
    expect(fixed([{ ip_address: '10.0.0.5' }, { ip_address: '10.0.0.5' }])).toBe(
      "400 HTTPBadRequest: Invalid input for fixed_ips. Reason: Duplicate IP address '10.0.0.5'.",
    );
    expect(fixed({})).toBe(
      "400 HTTPBadRequest: Invalid input for fixed_ips. Reason: Invalid data format for fixed IP: '{}'.",
    );
    expect(fixed([{ address: '10.0.0.5' }])).toMatch(/Unexpected keys supplied: address/);
  });

  it('judges a text that has no validator in the contract', () => {
    const host = (value: unknown) => refusal(() => create(port, { network_id: ID, 'binding:host_id': value }));
    expect(host('host1')).toBe('accepted');
    expect(host(null)).toBe('accepted');
    expect(host(4)).toBe("400 HTTPBadRequest: Invalid input for binding:host_id. Reason: '4' is not a valid string.");
    expect(host('h'.repeat(256))).toMatch(/exceeds maximum length of 255/);
  });

  it('lets an administrator name the owner', () => {
    expect(create(network, { tenant_id: 'p7' }, admin)).toMatchObject({ tenant_id: 'p7', project_id: 'p7' });
  });

  it('refuses a bulk where there is none', () => {
    expect(refusal(() => compileResource(segments).parseCreate({ segments: [{}] }, admin))).toBe(
      '400 HTTPBadRequest: Bulk operation not supported',
    );
  });

  it('refuses what no database can keep and what would exhaust the stack', () => {
    let deep: unknown = {};
    for (let i = 0; i < 100_000; i++) deep = [deep];
    for (const name of ['a\0b', 'a\ud800b']) {
      expect(refusal(() => create(network, { name }))).toBe('400 HTTPBadRequest: Body contains invalid data');
    }
    expect(refusal(() => create(port, { network_id: ID, 'binding:profile': { deep } }))).toBe(
      '400 HTTPBadRequest: Body contains invalid data',
    );
  });
});

describe('parseUpdate', () => {
  it('takes what may change and refuses the rest by name', () => {
    expect(network.parseUpdate({ network: { name: 'x', admin_state_up: 'False' } }, member)).toEqual({
      name: 'x',
      admin_state_up: false,
    });
    expect(refusal(() => network.parseUpdate({ network: { status: 'DOWN' } }, member))).toBe(
      '400 HTTPBadRequest: Cannot update read-only attribute status',
    );
    expect(refusal(() => network.parseUpdate({ network: { bogus: 1 } }, member))).toBe(
      "400 HTTPBadRequest: Unrecognized attribute(s) 'bogus'",
    );
    expect(refusal(() => network.parseUpdate({ network: { tenant_id: 'p1' } }, member))).toMatch(
      /read-only attribute tenant_id/,
    );
  });

  it('fills in no defaults and takes no bulk', () => {
    expect(network.parseUpdate({ network: {} }, member)).toEqual({});
    expect(refusal(() => network.parseUpdate({ networks: [{}] }, member))).toMatch(/Unable to find 'network'/);
  });

  it('serves resources without an owner', () => {
    expect(compileResource(agents).parseUpdate({ agent: { admin_state_up: false, description: null } }, admin)).toEqual(
      {
        admin_state_up: false,
        description: null,
      },
    );
  });
});

describe('security groups', () => {
  const [group, rule] = [compileResource(securityGroups), compileResource(securityGroupRules)];

  it('may not be called default, by whatever case, but are found by that name', () => {
    for (const name of ['default', 'Default'])
      expect(refusal(() => create(group, { name }))).toBe(
        '409 SecurityGroupDefaultAlreadyExists: Default security group already exists.',
      );
    expect(query(group, 'name=default').filters).toEqual({ name: ['default'] });
    expect(query(rule, 'protocol=TCP&remote_ip_prefix=10.0.0.5').filters).toEqual({
      ...{ protocol: ['tcp'], remote_ip_prefix: ['10.0.0.5/32'] },
    });
  });
});

describe('parseQuery', () => {
  it('collects filters, converted to the type of their attribute', () => {
    expect(query(network, 'name=a&name=b&admin_state_up=True&admin_state_up=0&tenant_id=p1&mtu=1450')).toEqual({
      filters: { name: ['a', 'b'], admin_state_up: [true, false], project_id: ['p1'], mtu: [1450] },
      sort: [],
    });
  });

  it('matches nothing with a value that no object can have', () => {
    expect(query(network, 'id=garbage&mtu=x').filters).toEqual({ id: [], mtu: [] });
    expect(query(port, `id=garbage&id=${ID.toUpperCase()}&mac_address=nonsense`).filters).toEqual({
      id: [ID],
      mac_address: [],
    });
    expect(query(network, 'tenant_id=p1&project_id=p2').filters).toEqual({ project_id: [] });
    expect(query(network, 'revision_number=x').filters).toEqual({ revision_number: [] });
  });

  it('keeps the empty text as a filter', () => {
    expect(query(network, 'name=').filters).toEqual({ name: [''] });
  });

  it('splits tags at commas', () => {
    expect(query(network, 'tags=a,b&tags=c&not-tags-any=x').filters).toEqual({
      tags: ['a', 'b', 'c'],
      'not-tags-any': ['x'],
    });
  });

  it('reads fixed_ips as keys and values', () => {
    const text = `fixed_ips=ip_address%3D10.0.0.5&fixed_ips=ip_address=fd00::0001&fixed_ips=subnet_id=${ID}&fixed_ips=ip_address_substr=10.`;
    expect(query(port, text).filters).toEqual({
      fixed_ips: [{ ip_address: ['10.0.0.5', 'fd00::1'], subnet_id: [ID], ip_address_substr: ['10.'] }],
    });
    expect(query(port, 'fixed_ips=subnet_id=x').filters).toEqual({ fixed_ips: [{ subnet_id: [] }] });
  });

  it('reads sort keys, page and fields', () => {
    const text = `sort_key=name&sort_dir=desc&sort_key=tenant_id&sort_dir=asc&limit=2&marker=${ID}&page_reverse=True&fields=id&fields=nope`;
    expect(query(network, text)).toEqual({
      filters: {},
      sort: [
        { key: 'name', dir: 'desc' },
        { key: 'project_id', dir: 'asc' },
      ],
      limit: 2,
      marker: ID,
      pageReverse: true,
      fields: ['id', 'nope'],
    });
    expect(query(network, 'limit=0')).toEqual({ filters: {}, sort: [] });
  });

  it.each([
    ['bogus=1', "400 HTTPBadRequest: ['bogus'] is invalid attribute for filtering"],
    ['bogus=1&other=2', "400 HTTPBadRequest: ['bogus', 'other'] is invalid attribute for filtering"],
    ['vlan_transparent=True', "400 HTTPBadRequest: ['vlan_transparent'] is invalid attribute for filtering"],
    ['subnets=x', "400 HTTPBadRequest: ['subnets'] is invalid attribute for filtering"],
    ['admin_state_up=maybe', "400 InvalidInput: Invalid input for operation: 'maybe' cannot be converted to boolean."],
    ['sort_key=bogus&sort_dir=asc', "400 HTTPBadRequest: ['bogus'] is invalid attribute for sort_keys"],
    [
      'sort_key=name&sort_dir=up',
      "400 HTTPBadRequest: ['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'",
    ],
    ['sort_key=name', '400 HTTPBadRequest: The number of sort_keys and sort_dirs must be same'],
    ['limit=-1', "400 BadRequest: Bad limit request: Limit must be an integer 0 or greater and not '-1'."],
    ['limit=a', "400 BadRequest: Bad limit request: Limit must be an integer 0 or greater and not 'a'."],
    ['marker=x', '404 NetworkNotFound: Network x could not be found.'],
    ['name=%00', '400 HTTPBadRequest: Query contains invalid data'],
  ])('refuses ?%s', (text, expected) => {
    expect(refusal(() => query(network, text))).toBe(expected);
  });

  it('refuses a malformed pair', () => {
    expect(refusal(() => query(port, 'fixed_ips=garbage'))).toBe(
      "400 InvalidInput: Invalid input for operation: 'garbage' is not of the form <key>=[value].",
    );
  });
});
