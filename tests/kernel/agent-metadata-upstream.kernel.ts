import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lease } from './support/dhcp-clients';
import { dhcpFacts, guest, lan, mac, portFacts, portId } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = lan(12, { '10.12.0.0/24': {} });
const SECRET = 'never-to-be-logged';
const [vm, other] = [guest(21), guest(22)];

describe('metadata from an upstream, with DHCP on two nodes', () => {
  let nodes: LabNodes;
  /** As Nova's metadata API: it believes an instance's id with the right signature, and nothing else. */
  let nova: Server;

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    nova = createServer((request, response) => {
      const id = String(request.headers['x-instance-id']);
      const right = createHmac('sha256', SECRET).update(id).digest('hex');
      const believed = request.headers['x-instance-id-signature'] === right;
      const words = `${id} ${request.headers['x-tenant-id'] as string} ${request.headers['x-forwarded-for'] as string}`;
      response.writeHead(believed ? 200 : 403).end(believed ? words : 'Forbidden');
    }).listen(0, nodes.managementAddress);
    await once(nova, 'listening');
    const upstream = `http://${nodes.managementAddress}:${(nova.address() as AddressInfo).port}`;
    const env = { WEFT_METADATA_UPSTREAM: upstream, WEFT_METADATA_SHARED_SECRET: SECRET };
    await Promise.all(['host1', 'host2'].map((host) => nodes.startAgent(host, env)));
    nodes.feed.put({
      ...NET.facts,
      ...dhcpFacts('host1', NET.port(2, 'host1')),
      ...dhcpFacts('host2', NET.port(3, 'host2')),
      ...portFacts(NET.port(21, 'host1')),
      ...portFacts(NET.port(22, 'host1')),
    });
    for (const n of [21, 22]) {
      await nodes.plug('host1', portId(n), mac(n));
      await nodes.reported('host1', 'wired', portId(n), 'proven');
      await nodes.exec('host1', `ip addr add 10.12.0.${n}/24 dev eth0`, guest(n));
    }
    for (const host of ['host1', 'host2']) await nodes.reported(host, 'dhcp', portId(22), 'proven');
    await nodes.reported('host1', 'wired', portId(2), 'proven');
    await nodes.reported('host2', 'wired', portId(3), 'proven');
  });
  afterAll(async () => {
    nova.close().closeAllConnections();
    await nodes.down();
  });

  const curl = (guest: string, options = '', address = '169.254.169.254') =>
    nodes.exec('host1', `curl -s --max-time 5 ${options} http://${address}/openstack/latest/meta_data.json`, guest);
  const via = (server: string) => nodes.exec('host1', `ip route replace 169.254.169.254/32 via ${server}`, vm);

  it.each(['10.12.0.2', '10.12.0.3'])(
    'SC-5.16 FX-22 answers by way of %s, whichever node gave the lease',
    async (server) => {
      await via(server);
      expect(await curl(vm)).toBe('instance-21 project 10.12.0.21');
    },
  );

  it('SC-5.15 FX-22 answers at the route that the lease itself gives', async () => {
    const given = await lease(nodes, 'host1', vm);
    const [destination, server] = given?.staticroutes?.split(' ') ?? [];
    expect(destination).toBe('169.254.169.254/32');
    expect(server).toBe(given?.serverid);
    await via(server as string);
    expect(await curl(vm)).toBe('instance-21 project 10.12.0.21');
  });

  it('SC-3.3 takes a forged identity for nothing', async () => {
    const forged = createHmac('sha256', 'guess').update('instance-22').digest('hex');
    const lie = `-H 'X-Instance-ID: instance-22' -H 'X_Instance_ID: instance-22' -H 'X-Instance-ID-Signature: ${forged}' -H 'X-Forwarded-For: 10.12.0.22' -H 'X-Tenant-ID: other'`;
    expect(await curl(vm, lie)).toBe('instance-21 project 10.12.0.21');
  });

  it('answers over IPv6, by the link-local address of the MAC', async () => {
    const settled = async () => !(await nodes.exec('host1', 'ip -6 addr show dev eth0', other)).includes('tentative');
    await eventually('the guest has its link-local address', settled);
    expect(await curl(other, '-g', "'[fe80::a9fe:a9fe%25eth0]'")).toBe('instance-22 project fe80::f816:3eff:fe00:16');
  });

  it('says so when the upstream is away, and keeps its secret to itself', async () => {
    nova.close().closeAllConnections();
    expect(await curl(vm, "-o /dev/null -w '%{http_code}'")).toBe('502');
    for (const host of ['host1', 'host2']) expect(nodes.wholeLog(host)).not.toContain(SECRET);
  });
});
