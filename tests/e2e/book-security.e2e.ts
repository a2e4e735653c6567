import type { ApiObject, PortObject } from '@weft/lab';
import { type StockClient, TestCloud } from '@weft/testing';

/**
 * Security groups as chapter 6 of "Learning OpenStack Networking" demonstrates them: its commands, typed into the stock clients. The control
 * plane is enough: what a packet meets is shown with real ones in the kernel tier.
 */

let cloud: TestCloud;
let neutron: StockClient;
let operator: StockClient;
let openstack: StockClient;
beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0 });
  neutron = cloud.stock('neutron', 'weft-demo');
  operator = cloud.stock('neutron');
  openstack = cloud.stock('openstack', 'weft-demo');
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

interface Rule extends ApiObject {
  readonly direction: string;
  readonly ethertype: string;
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
}
const groupNamed = async (name: string) => (await cloud.demo.list<ApiObject>('security-groups', { name }))[0]!;
const rulesOf = async (name: string) =>
  cloud.demo.list<Rule>('security-group-rules', { security_group_id: (await groupNamed(name)).id });

describe('groups', () => {
  it('are there before anybody has made one: each project has a default group, which admits its own members', async () => {
    const [group, ...others] = await neutron.show<{ id: string; name: string }[]>('security-group-list');
    expect([group!.name, others]).toEqual(['default', []]);
    const rules = await rulesOf('default');
    expect(rules.map(({ direction, ethertype }) => `${direction} ${ethertype}`).sort()).toEqual([
      ...['egress IPv4', 'egress IPv6', 'ingress IPv4', 'ingress IPv6'],
    ]);
    for (const rule of rules) expect(rule.remote_group_id).toBe(rule.direction === 'ingress' ? group!.id : null);
  });

  it('SC-6.1 WEB_SERVERS: made, then opened for tcp/80 and tcp/443 from anywhere, which is ingress and IPv4 unless said', async () => {
    const made = await neutron.show('security-group-create WEB_SERVERS --description Web');
    expect(made).toMatchObject({ name: 'WEB_SERVERS', description: 'Web' });
    expect(
      (await rulesOf('WEB_SERVERS')).map(({ direction, ethertype }) => `${direction} ${ethertype}`).sort(),
    ).toEqual([...['egress IPv4', 'egress IPv6']]);
    for (const port of [80, 443])
      expect(
        await neutron.show(
          `security-group-rule-create --protocol tcp --port-range-min ${port} --port-range-max ${port} ` +
            '--remote-ip-prefix 0.0.0.0/0 WEB_SERVERS',
        ),
      ).toMatchObject({
        ...{ direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', port_range_min: port, port_range_max: port },
        ...{ remote_ip_prefix: '0.0.0.0/0', security_group_id: made.id },
      });
    const shown = await openstack.show<{ 'Port Range': string }[]>('security group rule list WEB_SERVERS --ingress');
    expect(shown.map((rule) => rule['Port Range']).sort()).toEqual(['443:443', '80:80']);
  });

  it('are described, renamed, shown, listed and deleted', async () => {
    await neutron.tell('security-group-create DB');
    await neutron.tell('security-group-update --description SQL --name DB_SERVERS DB');
    expect(await neutron.show('security-group-show DB_SERVERS')).toMatchObject({
      name: 'DB_SERVERS',
      description: 'SQL',
    });
    expect(await openstack.show('security group show DB_SERVERS')).toMatchObject({ stateful: true });
    await neutron.tell('security-group-delete DB_SERVERS');
    expect(await groupNamed('DB_SERVERS')).toBeUndefined();
  });

  it('of all projects are the operator’s to see: a default group each', async () => {
    const all = await operator.show<{ name: string }[]>('security-group-list');
    expect(all.filter(({ name }) => name === 'default').length).toBeGreaterThan(1);
  });

  it('NG-7 called default are neither made, renamed nor deleted by a tenant', async () => {
    expect(await neutron.refusal('security-group-create default')).toMatch(/Default security group already exists/);
    expect(await neutron.refusal('security-group-update --name mine default')).toMatch(
      /Updating default security group not allowed/,
    );
    expect(await neutron.refusal('security-group-delete default')).toMatch(
      /Insufficient rights for removing default security group/,
    );
    // Its rules are the tenant's all the same.
    const [rule] = (await rulesOf('default')).filter(
      ({ ethertype, direction }) => ethertype === 'IPv6' && direction === 'ingress',
    );
    await neutron.tell(`security-group-rule-delete ${rule!.id}`);
    expect(await rulesOf('default')).toHaveLength(3);
  });

  it('are made stateless by the younger client, and tagged', async () => {
    expect(await openstack.show('security group create --stateless --tag red BARE')).toMatchObject({
      ...{ stateful: false, tags: ['red'] },
    });
    expect(await openstack.show('security group list --tags red')).toMatchObject([{ Name: 'BARE' }]);
    await openstack.tell('security group delete BARE');
  });
});

describe('groups of a port', () => {
  const groupsOf = async (port: string) => {
    const ids = (await cloud.demo.show<PortObject>('ports', port)).security_groups;
    const groups = await Promise.all(ids.map((id) => cloud.demo.show('security-groups', id)));
    return groups.map(({ name }) => name).sort();
  };
  let port: string;
  beforeAll(async () => {
    await neutron.tell('net-create grouped');
    ({ id: port } = await neutron.show<{ id: string }>('port-create grouped --name member'));
    await neutron.tell('security-group-create EXTRA');
  });
  afterAll(async () => {
    await neutron.tell('port-delete member');
    await neutron.tell('security-group-delete EXTRA');
    await neutron.tell('net-delete grouped');
  });

  it('are the default one, then those of an update, then none', async () => {
    expect(await groupsOf(port)).toEqual(['default']);
    await neutron.tell('port-update member --security-group WEB_SERVERS --security-group EXTRA');
    expect(await groupsOf(port)).toEqual(['EXTRA', 'WEB_SERVERS']);
    await neutron.tell('port-update member --no-security-groups');
    expect(await groupsOf(port)).toEqual([]);
  });

  it('are added and taken away one by one by the newer client (FX-17)', async () => {
    await openstack.tell('port set --security-group WEB_SERVERS member');
    await openstack.tell('port set --security-group EXTRA member');
    expect(await groupsOf(port)).toEqual(['EXTRA', 'WEB_SERVERS']);
    await openstack.tell('port unset --security-group WEB_SERVERS member');
    expect(await groupsOf(port)).toEqual(['EXTRA']);
  });

  it('NG-8 are not deleted as long as the port has them', async () => {
    expect(await neutron.refusal('security-group-delete EXTRA')).toMatch(/Security Group \S+ in use/i);
    expect(await groupsOf(port)).toEqual(['EXTRA']);
  });

  it('NG-10 keep port security on, and are not given to a port without it', async () => {
    expect(await neutron.refusal('port-update member --port-security-enabled=False')).toMatch(
      /Port has security group associated/,
    );
    await neutron.tell('port-update member --no-security-groups --port-security-enabled=False');
    expect(await neutron.refusal('port-update member --security-group EXTRA')).toMatch(/Port security must be enabled/);
    await neutron.tell('port-update member --port-security-enabled=True --security-group EXTRA');
    expect(await groupsOf(port)).toEqual(['EXTRA']);
  });

  it('go with allowed address pairs, which need port security as well (FX-51)', async () => {
    const pairs = 'ip-address=10.9.0.0/16 mac-address=fa:16:3e:00:00:09'.split(' ').join(',');
    await openstack.tell(`port set --allowed-address ${pairs} --allowed-address ip-address=fd00:9::/64 member`);
    const { allowed_address_pairs } = await cloud.demo.show<ApiObject>('ports', port);
    expect(allowed_address_pairs).toEqual(
      expect.arrayContaining([
        { ip_address: '10.9.0.0/16', mac_address: 'fa:16:3e:00:00:09' },
        expect.objectContaining({ ip_address: 'fd00:9::/64' }),
      ]),
    );
    expect(await openstack.refusal('port set --no-security-group --disable-port-security member')).toMatch(
      /Port Security must be enabled in order to have allowed address pairs/,
    );
    await openstack.tell('port set --no-allowed-address member');
  });
});

describe('rules', () => {
  it('name protocols by name or number, ICMP by type and code, and groups by name', async () => {
    await neutron.tell('security-group-create APP');
    const create = (options: string) => neutron.show(`security-group-rule-create ${options} APP`);
    expect(await create('--protocol icmp')).toMatchObject({ protocol: 'icmp', port_range_min: null });
    expect(await create('--protocol icmp --port-range-min 8 --port-range-max 0')).toMatchObject({
      ...{ port_range_min: 8, port_range_max: 0 },
    });
    expect(await create('--protocol 112 --direction egress')).toMatchObject({ protocol: '112', direction: 'egress' });
    expect(await create('--protocol icmpv6 --ethertype IPv6')).toMatchObject({
      protocol: 'ipv6-icmp',
      ethertype: 'IPv6',
    });
    const web = await groupNamed('WEB_SERVERS');
    expect(
      await create('--protocol tcp --port-range-min 3306 --port-range-max 3306 --remote-group-id WEB_SERVERS'),
    ).toMatchObject({
      ...{ remote_group_id: web.id, remote_ip_prefix: null },
    });
  });

  it('are shown, listed and deleted, and a second one like another is refused by the id of that', async () => {
    const [rule] = (await rulesOf('WEB_SERVERS')).filter(({ port_range_min }) => port_range_min === 80);
    expect(await neutron.show(`security-group-rule-show ${rule!.id}`)).toMatchObject({ id: rule!.id, protocol: 'tcp' });
    const again = 'security-group-rule-create --protocol tcp --port-range-min 80 --port-range-max 80 WEB_SERVERS';
    expect(await neutron.refusal(again)).toContain(`Security group rule already exists. Rule id is ${rule!.id}`);
    await neutron.tell(`security-group-rule-delete ${rule!.id}`);
    expect(await neutron.show(again)).toMatchObject({ port_range_min: 80 });
    expect((await neutron.show<unknown[]>('security-group-rule-list')).length).toBeGreaterThan(8);
  });

  it('NG-9 with ports need a protocol that has ports', async () => {
    expect(await neutron.refusal('security-group-rule-create --port-range-min 22 --port-range-max 22 APP')).toMatch(
      /Must also specify protocol if port range is given/,
    );
    expect(
      await neutron.refusal('security-group-rule-create --protocol gre --port-range-min 22 --port-range-max 22 APP'),
    ).toMatch(/Invalid protocol 47 for port range, only supported for DCCP, SCTP, TCP, UDP, UDPLITE/);
    expect(
      await neutron.refusal('security-group-rule-create --protocol tcp --port-range-min 30 --port-range-max 22 APP'),
    ).toMatch(/port_range_min must be <= port_range_max/);
  });

  it('name address groups, which keep what is named', async () => {
    const group = await openstack.show<{ id: string }>(
      'address group create OFFICES --address 10.0.0.0/24 --address fd00::/64',
    );
    expect(group).toMatchObject({ addresses: ['10.0.0.0/24', 'fd00::/64'] });
    await openstack.tell('security group rule create --protocol tcp --dst-port 22 --remote-address-group OFFICES APP');
    await openstack.tell('address group set OFFICES --address 10.9.0.0/16');
    await openstack.tell('address group unset OFFICES --address 10.0.0.0/24');
    expect(await openstack.show('address group show OFFICES')).toMatchObject({
      addresses: ['fd00::/64', '10.9.0.0/16'],
    });
    expect(await openstack.refusal('address group delete OFFICES')).toMatch(/address group/i);
    await openstack.tell('security group delete APP');
    await openstack.tell('address group delete OFFICES');
  });

  it('tell what they have let pass', async () => {
    const [rule] = await rulesOf('WEB_SERVERS');
    const seen = async (by: typeof cloud.demo) =>
      (await by.raw('GET', `/weft/v1/security-group-rules/${rule!.id}/stats`)).body;
    expect(await seen(cloud.demo)).toEqual({ stats: { packets: 0, bytes: 0 } });
    expect(await seen(cloud.admin)).toEqual({ stats: { packets: 0, bytes: 0, hosts: [] } });
    const nothing = await cloud.demo.raw(
      'GET',
      '/weft/v1/security-group-rules/00000000-0000-0000-0000-000000000000/stats',
    );
    expect(nothing.status).toBe(404);
  });
});
