import { REQUIRED, UNSPECIFIED, type AttributeDefinition, type RequestContext } from '@weft/contracts';
import { attributesUnderPolicy, denyCreate, denyDelete, denyUpdate, hiddenAttributes, maySee } from './decisions';
import { Policy } from './policy';
import { DEFAULT_RULES } from './rules';

const policy = new Policy(DEFAULT_RULES);
const member: RequestContext = {
  requestId: 'req-1',
  idempotencyKey: 'req-1',
  userId: 'u1',
  projectId: 'p1',
  roles: ['member', 'reader'],
};
const admin: RequestContext = { ...member, projectId: 'p0', roles: ['admin', 'manager', 'member', 'reader'] };

const attribute = (changes: Partial<AttributeDefinition>): AttributeDefinition => ({
  ext: 'core',
  post: true,
  put: true,
  default: UNSPECIFIED,
  visible: true,
  ...changes,
});
const network = {
  member: 'network',
  attributes: {
    name: attribute({ default: '' }),
    shared: attribute({ default: false, enforcePolicy: true }),
    'provider:network_type': attribute({ enforcePolicy: true }),
    'provider:segmentation_id': attribute({ enforcePolicy: true }),
  },
};
const port = {
  member: 'port',
  attributes: {
    network_id: attribute({ default: REQUIRED }),
    mac_address: attribute({ enforcePolicy: true }),
    fixed_ips: attribute({ enforcePolicy: true }),
    device_owner: attribute({ default: '', enforcePolicy: true }),
    'binding:host_id': attribute({ enforcePolicy: true }),
  },
};
const onForeignShared = { project_id: 'p1', network: { project_id: 'p2', shared: true } };

describe('denyCreate', () => {
  it('allows a member what is plain', () => {
    expect(denyCreate(policy, network, member, { project_id: 'p1', name: 'n' }, ['name'])).toBeNull();
  });

  it('names the rule of the operation when no attribute needs one', () => {
    const reader = { ...member, roles: ['reader'] };
    expect(denyCreate(policy, network, reader, { project_id: 'p1' }, [])).toMatchObject({
      status: 403,
      type: 'PolicyNotAuthorized',
      message: 'rule:create_network is disallowed by policy',
    });
  });

  it('joins the rule of an attribute that the client named', () => {
    const error = denyCreate(policy, network, member, { project_id: 'p1', shared: true }, ['shared']);
    expect(error?.message).toBe('(rule:create_network and rule:create_network:shared) is disallowed by policy');
  });

  it('asks nothing about an attribute that is named with its default', () => {
    expect(denyCreate(policy, network, member, { project_id: 'p1', shared: false }, ['shared'])).toBeNull();
  });

  it('asks nothing about an attribute that the client did not name', () => {
    expect(denyCreate(policy, network, member, { project_id: 'p1', 'provider:network_type': 'flat' }, [])).toBeNull();
  });

  it('nests one pair of parentheses for each further attribute, in the order of the definition', () => {
    const target = { project_id: 'p1', shared: true, 'provider:network_type': 'flat' };
    const error = denyCreate(policy, network, member, target, ['provider:network_type', 'shared']);
    expect(error?.message).toBe(
      '((rule:create_network and rule:create_network:shared) and rule:create_network:provider:network_type)' +
        ' is disallowed by policy',
    );
  });

  it('names the keys of a list of objects one by one', () => {
    const target = { ...onForeignShared, fixed_ips: [{ ip_address: '10.0.0.77' }] };
    expect(denyCreate(policy, port, member, target, ['network_id', 'fixed_ips'])?.message).toBe(
      '(rule:create_port and (rule:create_port:fixed_ips and (rule:create_port:fixed_ips:ip_address)))' +
        ' is disallowed by policy',
    );
    const bySubnet = { ...onForeignShared, fixed_ips: [{ subnet_id: 's1' }] };
    expect(denyCreate(policy, port, member, bySubnet, ['fixed_ips'])).toBeNull();
    expect(denyCreate(policy, port, member, { ...onForeignShared, fixed_ips: [] }, ['fixed_ips'])).toBeNull();
  });

  it('lets a stranger on a shared network choose no MAC address, no host and no network device', () => {
    const one = (name: string, value: string) =>
      denyCreate(policy, port, member, { ...onForeignShared, [name]: value }, [name])?.message;
    expect(one('mac_address', 'fa:16:3e:00:00:01')).toBe(
      '(rule:create_port and rule:create_port:mac_address) is disallowed by policy',
    );
    expect(one('binding:host_id', 'h1')).toBe(
      '(rule:create_port and rule:create_port:binding:host_id) is disallowed by policy',
    );
    expect(one('device_owner', 'network:dhcp')).toContain('rule:create_port:device_owner');
    expect(one('device_owner', 'compute:nova')).toBeUndefined();
  });
});

describe('denyUpdate', () => {
  const mine = { project_id: 'p1', shared: true };

  it('asks about every changed attribute, even when it is set to its default', () => {
    expect(denyUpdate(policy, network, member, mine, { shared: false })?.message).toBe(
      '(rule:update_network and rule:update_network:shared) is disallowed by policy',
    );
    expect(denyUpdate(policy, network, admin, mine, { shared: false })).toBeNull();
    expect(denyUpdate(policy, network, member, mine, { name: 'x' })).toBeNull();
  });

  it('judges a change by its new value', () => {
    const target = { project_id: 'p1', device_owner: '', network: { project_id: 'p2' } };
    expect(denyUpdate(policy, port, member, target, { device_owner: 'network:dhcp' })).not.toBeNull();
    expect(denyUpdate(policy, port, member, target, { device_owner: 'compute:a' })).toBeNull();
  });
});

describe('the other decisions', () => {
  it('denies deletion of a shared network to strangers with its rule', () => {
    expect(denyDelete(policy, network, member, { project_id: 'p2', shared: true })?.message).toBe(
      'rule:delete_network is disallowed by policy',
    );
    expect(denyDelete(policy, network, member, { project_id: 'p1' })).toBeNull();
  });

  it('tells what a caller may see of an object, and whether at all', () => {
    expect(maySee(policy, network, member, { project_id: 'p2', shared: false })).toBe(false);
    expect(maySee(policy, network, member, { project_id: 'p1' })).toBe(true);
    expect(attributesUnderPolicy(policy, network)).toEqual(['provider:network_type', 'provider:segmentation_id']);
    expect(hiddenAttributes(policy, network, member, { project_id: 'p1' })).toEqual([
      'provider:network_type',
      'provider:segmentation_id',
    ]);
    expect(hiddenAttributes(policy, network, admin, { project_id: 'p1' })).toEqual([]);
  });
});
