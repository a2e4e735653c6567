import { nodeFact, type Json } from '@weft/contracts';
import { admin, eventually, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
const NODES: Record<string, { zone: string; mappings?: Record<string, string> }> = {
  h1: { zone: 'east' },
  h2: { zone: 'east' },
  h3: { zone: 'west', mappings: { physnet5: 'eth5' } },
  h4: { zone: 'west', mappings: { physnet5: 'eth5' } },
};
const living = new Set(Object.keys(NODES));
const beat = (host: string) =>
  ipam.node(host, `10.0.0.${host.slice(1)}`, NODES[host]!.mappings ?? {}, NODES[host]!.zone);
let beats: NodeJS.Timeout;

beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
  for (const host of living) await beat(host);
  // Real nodes beat all the time; who is left out of `living` has died.
  beats = setInterval(() => [...living].forEach((host) => void beat(host)), 3_000);
});
afterAll(async () => {
  clearInterval(beats);
  await ipam.stop();
});

const network = async (item: Record<string, Json> = {}, cidr = '10.0.0.0/24') => {
  const { id } = await ipam.create('networks', item, admin());
  await ipam.create('subnets', { network_id: id!, ip_version: 4, cidr }, admin());
  return id as string;
};
const agentsOf = async (id: string) => {
  const { body } = await ipam.call<{ body: { agents: { host: string; id: string }[] } }>(
    'networks',
    'list_dhcp_agents',
    {
      ctx: admin(),
      id,
      params: {},
    },
  );
  return body.agents;
};
const hostsOf = async (id: string) => (await agentsOf(id)).map(({ host }) => host);
const agent = async (host: string, type = 'DHCP agent') =>
  (await ipam.list('agents', { filters: { host: [host], agent_type: [type] } }, admin()))[0]!.id as string;
const schedule = (operation: 'add_dhcp_network' | 'remove_dhcp_network', agentId: string, networkId: string) =>
  ipam.call('agents', operation, {
    ctx: admin(),
    id: agentId,
    params: { network_id: networkId },
    body: { network_id: networkId },
  });
const addressesOf = async (id: string) =>
  (await ipam.list('ports', { filters: { network_id: [id], device_owner: ['network:dhcp'] } }, admin()))
    .map(({ fixed_ips }) => (fixed_ips as { ip_address: string }[])[0]!.ip_address)
    .sort();

describe('placement of DHCP', () => {
  it('spreads a network over zones, and over the least loaded nodes', async () => {
    const zones = new Set((await hostsOf(await network())).map((host) => NODES[host]!.zone));
    expect(zones).toEqual(new Set(['east', 'west']));
  });

  it('keeps to the zones that a network asks for, and shows where it is', async () => {
    const id = await network({ availability_zone_hints: ['west'] });
    expect((await hostsOf(id)).sort()).toEqual(['h3', 'h4']);
    expect(await ipam.show('networks', id)).toMatchObject({
      availability_zone_hints: ['west'],
      availability_zones: ['west'],
    });
    await expect(network({ availability_zone_hints: ['north'] })).rejects.toMatchObject({
      type: 'AvailabilityZoneNotFound',
      status: 404,
    });
  });

  it('uses only nodes that can carry the network', async () => {
    const id = await network({ 'provider:network_type': 'flat', 'provider:physical_network': 'physnet5' });
    expect((await hostsOf(id)).sort()).toEqual(['h3', 'h4']);
  });

  it('gives a routed network servers on each of its segments, with addresses of that segment', async () => {
    const segments: Json[] = [
      { 'provider:network_type': 'vlan', 'provider:physical_network': 'physnet5', 'provider:segmentation_id': 9 },
      { 'provider:network_type': 'vxlan' },
    ];
    const { id } = await ipam.create('networks', { segments }, admin());
    const rows = await ipam.list('segments', { filters: { network_id: [id!] } }, admin());
    for (const { id: segment_id, network_type } of rows) {
      const cidr = network_type === 'vlan' ? '10.1.0.0/24' : '10.2.0.0/24';
      await ipam.create('subnets', { network_id: id!, ip_version: 4, cidr, segment_id: segment_id! }, admin());
    }
    expect((await hostsOf(id as string)).sort()).toEqual(['h1', 'h2', 'h3', 'h4']);
    expect(await addressesOf(id as string)).toEqual(['10.1.0.2', '10.1.0.3', '10.2.0.2', '10.2.0.3']);
  });
});

describe('an operator’s hand', () => {
  it('adds and removes networks of an agent, which then stay where they are', async () => {
    const id = await network();
    const [first] = await agentsOf(id);
    await expect(schedule('add_dhcp_network', first!.id, id)).rejects.toMatchObject({
      type: 'NetworkHostedByDHCPAgent',
      status: 409,
    });
    await schedule('remove_dhcp_network', first!.id, id);
    const others = await hostsOf(id);
    expect(others).toHaveLength(2);
    expect(others).not.toContain(first!.host);
    await expect(schedule('remove_dhcp_network', first!.id, id)).rejects.toMatchObject({
      type: 'NetworkNotHostedByDhcpAgent',
      status: 409,
    });
    await schedule('add_dhcp_network', first!.id, id);
    expect(await hostsOf(id)).toHaveLength(3);
    const { body } = await ipam.call<{ body: { networks: { id: string }[] } }>('agents', 'list_dhcp_networks', {
      ctx: admin(),
      id: first!.id,
      params: {},
    });
    expect(body.networks.map((each) => each.id)).toContain(id);
    await expect(schedule('add_dhcp_network', await agent('h1', 'Linux bridge agent'), id)).rejects.toMatchObject({
      type: 'InvalidDHCPAgent',
      status: 404,
    });
  });

  it('is an administrator’s', async () => {
    const call = ipam.call('agents', 'list_dhcp_networks', { ctx: tenant(), id: await agent('h1'), params: {} });
    await expect(call).rejects.toMatchObject({ status: 403 });
  });
});

describe('nodes that go', () => {
  it('are drained when an operator takes their agent out of service, addresses and all', async () => {
    const id = await network();
    const [host] = await hostsOf(id);
    const addresses = await addressesOf(id);
    await ipam.update('agents', await agent(host!), { admin_state_up: false }, admin());
    await eventually(async () => expect(await hostsOf(id)).not.toContain(host), 30_000);
    expect(await hostsOf(id)).toHaveLength(2);
    expect(await addressesOf(id)).toEqual(addresses);
    await expect(schedule('add_dhcp_network', await agent(host!), id)).rejects.toMatchObject({
      type: 'InvalidDHCPAgent',
      status: 404,
    });
    await ipam.update('agents', await agent(host!), { admin_state_up: true }, admin());
  });

  it('lose their networks to living ones with the same addresses, and are forgotten when their agents are deleted', async () => {
    const id = await network({ availability_zone_hints: ['east'] });
    expect((await hostsOf(id)).sort()).toEqual(['h1', 'h2']);
    const addresses = await addressesOf(id);
    living.delete('h1');
    const dhcp = await agent('h1');
    await expect(ipam.delete('agents', dhcp, admin())).rejects.toMatchObject({ status: 409 });
    const shown = () => ipam.show('agents', dhcp);
    await eventually(async () => expect(await shown()).toMatchObject({ alive: false }), 30_000);
    // Nobody else is in that zone: the server keeps its place until the operator gives the node up.
    expect((await hostsOf(id)).sort()).toEqual(['h1', 'h2']);
    await ipam.delete('agents', dhcp, admin());
    expect(await hostsOf(id)).toEqual(['h2']);
    expect(addresses).toEqual(expect.arrayContaining(await addressesOf(id)));
    for (const { id: left } of await ipam.list('agents', { filters: { host: ['h1'] } }, admin()))
      await ipam.delete('agents', left as string, admin());
    await eventually(async () => ((await ipam.facts.load()).get(nodeFact.key('h1'))?.value ?? null) === null);
    const zones = await ipam.list('availability_zones', {}, tenant());
    expect(zones).toEqual(expect.arrayContaining([{ name: 'east', resource: 'network', state: 'available' }]));
    await ipam.expectPoolsWhole();
  });
});
