import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attempt } from '@weft/lab';
import type { BootedInstance } from '@weft/lab';
import { TestCloud, waitUntil } from '@weft/testing';

const WEFT = resolve(__dirname, '../../apps/weft/bin/weft.mjs');
const START = resolve(__dirname, '../../apps/weft/bin/start.mjs');

let cloud: TestCloud;
let environment: NodeJS.ProcessEnv;

/** The command line as an operator types it, in JSON. */
const weft = <T>(...words: string[]): T =>
  JSON.parse(
    execFileSync(process.execPath, [WEFT, ...words, '--json'], {
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  ) as T;
const refused = async (...words: string[]) => {
  const result = await attempt([process.execPath, WEFT, ...words], { env: environment });
  return { code: result.code, sentence: result.stderr.trim() };
};

/** The pools of networks with the same CIDR do not meet, so that an address tells whose it is. */
const network = async (name: string, cidr: string, start: string, end: string) => {
  const { id } = await cloud.admin.create('networks', 'network', { name });
  await cloud.admin.create('subnets', 'subnet', {
    network_id: id,
    cidr,
    ip_version: 4,
    allocation_pools: [{ start, end }],
  });
  return id;
};

beforeAll(async () => {
  cloud = await TestCloud.start();
  environment = { ...process.env, WEFT_HOME: cloud.home };
}, 180_000);
afterAll(() => cloud.stop(), 120_000);

describe('npm start', () => {
  it('keeps passwords and credentials for their owner alone', () => {
    for (const file of ['openrc', 'clouds.yaml', 'credentials.json', 'run.json'])
      expect(statSync(join(cloud.home, file)).mode & 0o077).toBe(0);
  });

  it('shows each service and node as healthy, with its version', () => {
    const status = weft<{ state: string; members: { member: string; health: string; version: string }[] }>('status');
    expect(status.state).toBe('ready');
    expect(status.members.map(({ member, health }) => `${member} ${health}`)).toEqual([
      ...[
        'api-gateway',
        'fwaas',
        'identity',
        'ipam',
        'node-agent@host1',
        'node-agent@host2',
        'node-agent@host3',
        'node-feed',
      ].map((member) => `${member} healthy`),
    ]);
    expect(status.members.every(({ version }) => /^\d+\.\d+\.\d+/.test(version))).toBe(true);
  });

  it('refuses to start twice, in one sentence', async () => {
    const result = await attempt([process.execPath, START, '--detach'], { env: environment });
    expect(result.code).toBe(1);
    expect(result.stderr.trim()).toMatch(/^Weft runs already \(pid \d+, http:\S+\); npm run stop ends it\.$/);
  });

  it('refuses a port that is in use, and leaves nothing half-started', async () => {
    const home = `${cloud.home}-other`;
    const env = { ...environment, WEFT_HOME: home, WEFT_API_PORT: new URL(cloud.run.apiUrl).port };
    const result = await attempt([process.execPath, START, '--detach'], { env });
    await attempt(['rm', '-rf', home]);
    expect(result.code).toBe(1);
    expect(result.stderr.trim()).toMatch(/^Port \d+ on 127\.0\.0\.1 is in use; set WEFT_API_PORT to another one\.$/);
    expect(await cloud.hosts.list()).toHaveLength(3);
  });

  it("refuses somebody else's directory as its state", async () => {
    const result = await attempt([process.execPath, START, '--detach'], {
      env: { ...environment, WEFT_HOME: resolve(__dirname) },
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/is not empty and not a state directory of Weft/);
  });
});

describe('weft instance', () => {
  let vm1: BootedInstance;
  let vm2: BootedInstance;
  let other: BootedInstance;

  beforeAll(async () => {
    await network('blue', '10.20.0.0/24', '10.20.0.10', '10.20.0.99');
    await network('red', '10.20.0.0/24', '10.20.0.110', '10.20.0.199');
    vm1 = weft('instance', 'boot', 'vm1', '--network', 'blue', '--host', 'host1');
    vm2 = weft('instance', 'boot', 'vm2', '--network', 'blue', '--host', 'host2');
    other = weft('instance', 'boot', 'other', '--network', 'red', '--host', 'host2');
  });

  it('boots two instances on two hosts which ping each other, and not one of another network with the same CIDR', async () => {
    expect(vm1.lease).toBe(`${vm1.addresses[0]}/24`);
    await cloud.connectivity.expectReach(vm1, { ...vm2, address: vm2.addresses[0] ?? '' });
    const stranger = { ...other, address: other.addresses[0] ?? '' };
    await cloud.connectivity.expectNoReach(vm1, stranger, vm2.addresses[0] ?? '');
  });

  it('SC-5.18 refuses to guess among several networks, and names that are taken', async () => {
    expect(await refused('instance', 'boot', 'vm9')).toEqual({
      code: 1,
      sentence: 'Several networks are possible: say which one with --network.',
    });
    expect((await refused('instance', 'boot', 'vm1', '--network', 'blue')).sentence).toMatch(
      /^An instance "vm1" exists already/,
    );
    expect((await refused('instance', 'boot', 'vm9', '--network', 'blue', '--host', 'host9')).sentence).toMatch(
      /^There is no host "host9": host1, host2, host3\.$/,
    );
  });

  it('shows what of a port is proven, where and since when', () => {
    const proof = weft<{
      status: string;
      requirements: { component: string; node: string; state: string; since: string }[];
    }>('status', 'port', vm1.port);
    expect(proof.status).toBe('ACTIVE');
    expect(proof.requirements.find(({ component }) => component === 'wired')).toMatchObject({
      node: 'host1',
      state: 'proven',
    });
    expect(proof.requirements.every(({ since }) => Date.parse(since) <= Date.now())).toBe(true);
  });

  it('SC-5.19 attaches and detaches a second interface with its own port', async () => {
    const second = weft<BootedInstance>('instance', 'attach', 'vm1', '--network', 'red');
    expect(second.lease).not.toBeNull();
    weft('instance', 'detach', 'vm1', '--network', 'red');
    await waitUntil(
      'its port is gone',
      async () => (await cloud.admin.list('ports', { id: second.port })).length === 0 || 'it is there',
    );
    await cloud.connectivity.expectReach(vm1, vm2.addresses[0] ?? '');
  });

  it('parts and heals hosts', async () => {
    weft('lab', 'partition', 'host1', 'host2');
    await cloud.connectivity.expectNoReach(vm1, vm2.addresses[0] ?? '', vm1.addresses[0] ?? '');
    weft('lab', 'heal');
    await cloud.connectivity.expectReach(vm1, vm2.addresses[0] ?? '');
  });

  it('keeps traffic flowing while every process of the cloud is killed, and heals without a hand', async () => {
    const talk = cloud.connectivity.talk(vm1, vm2.addresses[0] ?? '');
    for (const name of [
      'node-feed',
      'ipam',
      'fwaas',
      'identity',
      'api-gateway',
      'NATS',
      'PostgreSQL',
      'node-agent-host1',
      'node-agent-host2',
    ]) {
      cloud.kill(name);
      await waitUntil(
        `all is healthy after kill -9 of ${name}`,
        () => {
          try {
            return (
              weft<{ members: { health: string }[] }>('status').members.every(({ health }) => health === 'healthy') ||
              'not all are healthy'
            );
          } catch {
            // `weft status` exits non-zero as long as something is not healthy.
            return 'weft status says no';
          }
        },
        { timeoutMs: 20_000 },
      );
    }
    cloud.connectivity.expectLoss(await talk.stop(), 1, 200);
    const vm3 = weft<BootedInstance>('instance', 'boot', 'vm3', '--network', 'blue', '--host', 'host3');
    await cloud.connectivity.expectReach(vm3, vm1.addresses[0] ?? '');
  }, 240_000);

  it('recovers from kill -9 of the supervisor without a packet lost', async () => {
    const talk = cloud.connectivity.talk(vm1, vm2.addresses[0] ?? '');
    await cloud.crashSupervisor();
    expect(weft<{ state: string }>('status').state).toBe('ready');
    cloud.connectivity.expectLoss(await talk.stop(), 1, 100);
  }, 120_000);

  it('plugs instances in again on a host that was lost', async () => {
    await cloud.hosts.crash('host3');
    await waitUntil(
      'host3 is back',
      async () => (await cloud.hosts.list()).some(({ name }) => name === 'host3') || 'no',
      { timeoutMs: 20_000 },
    );
    await waitUntil(
      'vm3 runs again',
      async () => (await cloud.instances.list()).some(({ name }) => name === 'vm3') || 'no',
      { timeoutMs: 20_000 },
    );
    await waitUntil(
      'vm3 has its lease again',
      async () => (await cloud.instances.lease('host3', 'vm3', { timeoutMs: 100 })) !== null || 'no',
      { timeoutMs: 20_000 },
    );
    await cloud.connectivity.expectReach({ name: 'vm3', host: 'host3' }, vm1.addresses[0] ?? '');
  }, 90_000);

  it('deletes instances with their own ports', async () => {
    for (const name of ['vm1', 'vm2', 'vm3', 'other']) weft('instance', 'delete', name);
    expect(weft('instance', 'list')).toEqual([]);
    expect(await cloud.admin.list('ports', { device_owner: 'compute:lab' })).toEqual([]);
  });
});
