import { type ApiObject, ApiClientError, type PortObject } from '@weft/lab';
import { TestCloud, waitUntil } from '@weft/testing';
import { budget, pick, randomNumbers } from '../proof';

/** How long everything is being killed, and how often; pings leave every few milliseconds meanwhile. */
const CHAOS_MS = budget({ commit: 20_000, soak: 55_000 });
const KILL_EVERY_MS = 1_200;
const PING_EVERY_MS = 4;
const PINGS = budget({ commit: 3_000, soak: 10_000 });
const CREATES = budget({ commit: 40, soak: 100 });
const POOL = 253;

const VICTIMS = [
  ...['api-gateway', 'identity', 'ipam', 'fwaas', 'node-feed', 'NATS', 'PostgreSQL'],
  ...['node-agent-host1', 'node-agent-host2', 'node-agent-host3'],
];

let cloud: TestCloud;
let network: ApiObject;
beforeAll(async () => {
  cloud = await TestCloud.start();
  network = await cloud.admin.create('networks', 'network', { name: 'chaos' });
  await cloud.admin.create('subnets', 'subnet', { network_id: network.id, ip_version: 4, cidr: '10.66.0.0/24' });
}, 400_000);
afterAll(() => cloud?.stop(), 60_000);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const random = randomNumbers();
const oneOf = <T>(from: readonly T[]): T => pick(from, random)!;

/** Creates and deletes ports until told to stop, and remembers what was acknowledged. */
class Load {
  readonly created = new Map<string, PortObject>();
  readonly deleted = new Set<string>();
  /** Asked for, with no answer: may have happened or not. */
  readonly uncertain = new Set<string>();
  unanswered = 0;
  private stopping = false;
  private readonly workers: Promise<void>[];

  constructor(workers: number) {
    this.workers = Array.from({ length: workers }, () => this.work());
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.workers);
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      const standing = [...this.created.keys()].filter((id) => !this.deleted.has(id) && !this.uncertain.has(id));
      if (standing.length > 40 || (standing.length > 10 && random() < 0.45)) await this.delete(oneOf(standing));
      else await this.create();
    }
  }

  private async create(): Promise<void> {
    const attributes = { network_id: network.id, 'binding:host_id': oneOf(['host1', 'host2', 'host3']) };
    await this.attempt(async () => {
      const port = await cloud.admin.create<PortObject>('ports', 'port', attributes);
      this.created.set(port.id, port);
    });
  }

  private async delete(id: string): Promise<void> {
    this.uncertain.add(id);
    await this.attempt(async () => {
      try {
        await cloud.admin.delete('ports', id);
      } catch (error) {
        // Another worker was quicker, or an unanswered try had succeeded.
        if (!(error instanceof ApiClientError && error.status === 404)) throw error;
      }
      this.deleted.add(id);
      this.uncertain.delete(id);
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // While the edge itself is down nobody answers; whatever answers must not refuse what is right.
      if (error instanceof ApiClientError && error.status < 500) throw error;
      this.unanswered++;
      await pause(50);
    }
  }
}

it('loses no acknowledged write and no packet while any process is killed at any moment', async () => {
  const [a, b] = [await boot('a', 'host1'), await boot('b', 'host2')];
  await cloud.connectivity.expectReach(a, b);
  const conversation = cloud.connectivity.talk(a, b, PING_EVERY_MS);
  const load = new Load(4);

  const killed: string[] = [];
  // A slow machine needs longer for as many packets and writes.
  const enough = async () =>
    killed.length >= VICTIMS.length && load.created.size > CREATES && (await conversation.sent()) >= PINGS;
  for (const until = Date.now() + CHAOS_MS; Date.now() < until || !(await enough());) {
    const victim = killed.length < VICTIMS.length ? VICTIMS[killed.length]! : oneOf(VICTIMS);
    try {
      cloud.kill(victim);
      killed.push(victim);
    } catch {
      // It is just being started again.
    }
    await pause(KILL_EVERY_MS);
  }
  await load.stop();

  // By itself, within ten seconds of the last restart: everything answers and every port is where its node proved it.
  await waitUntil(
    'the control plane answers',
    async () => (await cloud.admin.list('networks')).length > 0 || 'no network is listed',
    {
      timeoutMs: 10_000,
    },
  );
  const ports = await cloud.admin.list<PortObject>('ports', { network_id: network.id });
  const ids = new Set(ports.map(({ id }) => id));
  const lost = [...load.created.keys()].filter(
    (id) => !load.deleted.has(id) && !load.uncertain.has(id) && !ids.has(id),
  );
  const undead = [...load.deleted].filter((id) => ids.has(id));
  expect({ lost, undead }).toEqual({ lost: [], undead: [] });

  const addresses = ports.flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address));
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const host of ['host1', 'host2', 'host3'])
    await forwardingConverges(host, network['provider:segmentation_id'] as number);

  const count = await conversation.stop();
  cloud.connectivity.expectLoss(count, 1, PINGS);
  console.info(
    `${killed.length} kills, ${load.created.size} creates, ${load.deleted.size} deletes, ${count.sent} pings, ${load.unanswered} unanswered`,
  );
  expect(load.created.size).toBeGreaterThan(CREATES);
  expect(VICTIMS.filter((victim) => !killed.includes(victim))).toEqual([]);
}, 400_000);

it('has leaked no address: when all ports are gone, every address of the pool can be had, each once', async () => {
  const servers = await cloud.admin.list<PortObject>('ports', { network_id: network.id, device_owner: 'network:dhcp' });
  for (const port of await cloud.admin.list<PortObject>('ports', { network_id: network.id })) {
    if (port.device_owner !== 'network:dhcp') await cloud.admin.delete('ports', port.id);
  }
  const wanted = POOL - servers.length;
  const body = { ports: Array.from({ length: wanted }, () => ({ network_id: network.id })) };
  const { ports } = await cloud.admin.request<{ ports: PortObject[] }>('POST', '/v2.0/ports', body);
  expect(new Set(ports.map(({ fixed_ips }) => fixed_ips[0]!.ip_address)).size).toBe(wanted);
  await expect(cloud.admin.create('ports', 'port', { network_id: network.id })).rejects.toMatchObject({
    type: 'IpAddressGenerationFailure',
  });
}, 60_000);

it('recovers from kill -9 of the supervisor: the next start finds and ends what it left, and keeps all data', async () => {
  const before = await cloud.admin.list('networks');
  await cloud.crashSupervisor();
  expect((await cloud.admin.list('networks')).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
}, 120_000);

async function boot(name: string, host: string) {
  const booted = await cloud.lab.boot({ name, host, network: network.id });
  return { name, host, address: booted.addresses[0]! };
}

/** What a host forwards into the tunnel is exactly the ports that are bound elsewhere. */
async function forwardingConverges(host: string, vni: number): Promise<void> {
  await waitUntil(
    `${host} forwards to exactly the ports of other hosts`,
    async () => {
      const ports = await cloud.admin.list<PortObject>('ports', { network_id: network.id });
      const wanted = ports
        .filter((port) => port['binding:host_id'] && port['binding:host_id'] !== host)
        .map(({ mac_address }) => mac_address);
      const table = await cloud.hosts.exec(host, ['bridge', 'fdb', 'show', 'dev', `vxlan-${vni}`]);
      const present = table.split('\n').flatMap((line) => /^(fa:\S+) .*dst \S+ self/.exec(line)?.[1] ?? []);
      return (
        present.toSorted().join() === wanted.toSorted().join() ||
        `has ${present.length}, wants ${wanted.length}; stray ${present.filter((mac) => !wanted.includes(mac)).join() || 'none'}`
      );
    },
    { timeoutMs: 10_000 },
  );
}
