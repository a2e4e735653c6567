import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hosts, Instances, attempt, labId, processInfo, run, startNats } from '@weft/lab';
import { Connectivity, waitUntil } from '@weft/testing';

let home: string;
let hosts: Hosts;
let managementAddress: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'weft-lab-'));
  hosts = new Hosts({ home, attached: true });
  ({ managementAddress } = await hosts.up(3));
});
afterAll(async () => {
  await hosts.down();
  rmSync(home, { recursive: true, force: true });
});

const pings = async (from: string, to: string) => (await hosts.attempt(from, ['ping', '-c1', '-W1', to])).code === 0;

describe(Hosts.name, () => {
  it('gives each host its own names, processes, interfaces and namespaces', async () => {
    await hosts.exec('host1', ['ip', 'netns', 'add', 'same-name']);
    await hosts.exec('host2', ['ip', 'netns', 'add', 'same-name']);
    expect(await hosts.namespaces('host1')).toEqual(['same-name']);
    expect(await hosts.namespaces('host3')).toEqual([]);
    expect((await hosts.exec('host3', ['hostname'])).trim()).toBe('host3');
    expect((await hosts.exec('host3', ['ls', '/sys/class/net'])).split('\n').filter(Boolean).sort()).toEqual([
      'eth0',
      'eth1',
      'lo',
      'mgmt0',
    ]);
    expect((await hosts.exec('host3', ['ps', '-e', '-o', 'pid='])).trim().split('\n').length).toBeLessThan(5);
  });

  it('carries 1500 bytes of payload plus VXLAN over the underlay', async () => {
    // 1550 of MTU less 20 of IPv4 and 8 of ICMP.
    expect((await hosts.attempt('host1', ['ping', '-c1', '-W1', '-M', 'do', '-s', '1522', '10.99.0.2'])).code).toBe(0);
    expect((await hosts.attempt('host1', ['ping', '-c1', '-W1', '-M', 'do', '-s', '1523', '10.99.0.2'])).code).toBe(1);
  });

  it('lets hosts reach a broker on the management network', async () => {
    const nats = await startNats({ dir: join(home, 'nats'), host: managementAddress });
    try {
      const greeting = await hosts.exec('host2', [
        'bash',
        '-c',
        `exec 3<>/dev/tcp/${nats.host}/${nats.port}; head -c4 <&3`,
      ]);
      expect(greeting).toBe('INFO');
    } finally {
      await nats.stop();
    }
  });

  it('finds everything again without memory, and making it twice changes nothing', async () => {
    const before = await hosts.list();
    await new Hosts({ home }).up(3);
    expect(await new Hosts({ home }).list()).toEqual(before);
  });

  it('parts two hosts from each other only, pulls a cable, and heals both', async () => {
    await hosts.faults.partition('host1', 'host2');
    await hosts.faults.linkDown('host3');
    expect(await hosts.faults.list()).toEqual({ linksDown: [3], partitions: [[1, 2]] });
    expect(await pings('host1', '10.99.0.2')).toBe(false);
    expect((await hosts.exec('host3', ['cat', '/sys/class/net/eth0/carrier'])).trim()).toBe('0');
    await hosts.faults.linkUp('host3');
    expect(await pings('host1', '10.99.0.3')).toBe(true);
    await hosts.faults.heal();
    expect(await hosts.faults.list()).toEqual({ linksDown: [], partitions: [] });
    expect(await pings('host1', '10.99.0.2')).toBe(true);
  });

  it('signals the process on the host, not the one in front of it', async () => {
    const sleeper = hosts.spawn('host1', ['sleep', '60'], { stdio: 'ignore' });
    await waitUntil('it runs', () => sleeper.pid !== null || 'not yet');
    const info = processInfo(sleeper.pid ?? 0);
    expect(info?.command).toEqual(['sleep', '60']);
    sleeper.kill('SIGTERM');
    await sleeper.exited();
    expect(processInfo(info?.pid ?? 0)).toBeNull();
  });

  it('makes a crashed host anew, with nothing of what ran on it', async () => {
    const daemon = hosts.spawn('host2', ['sleep', '60'], { stdio: 'ignore' });
    await hosts.crash('host2');
    await daemon.exited();
    await hosts.up(3);
    expect(await hosts.namespaces('host2')).toEqual([]);
    expect(await pings('host1', '10.99.0.2')).toBe(true);
  });
});

describe(Instances.name, () => {
  const mac = 'fa:16:3e:00:00:0b';
  const port = { id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', mac };
  let instances: Instances;

  /** A DHCP server on host1's own bridge: what an agent would do, without one. */
  beforeAll(async () => {
    instances = new Instances(hosts);
    const conf = join(home, 'dnsmasq.conf');
    writeFileSync(
      conf,
      `bind-interfaces
interface=br-test
except-interface=lo
port=0
dhcp-range=10.7.0.0,static,255.255.255.0,600s
dhcp-host=${mac},10.7.0.11
dhcp-option=option:router,10.7.0.254
dhcp-option=option:classless-static-route,169.254.169.254/32,10.7.0.2,0.0.0.0/0,10.7.0.1
dhcp-option=option:dns-server,192.0.2.53
dhcp-option-force=option:mtu,1400
domain=lab.example
dhcp-leasefile=${home}/leases
`,
    );
    await hosts.exec('host1', ['ip', 'link', 'add', 'br-test', 'type', 'bridge', 'forward_delay', '0']);
    await hosts.exec('host1', ['ip', 'addr', 'add', '10.7.0.2/24', 'dev', 'br-test']);
    await hosts.exec('host1', ['ip', 'addr', 'add', '10.7.0.1/24', 'dev', 'br-test']);
    await hosts.exec('host1', ['ip', 'link', 'set', 'br-test', 'up']);
    await hosts.exec('host1', ['dnsmasq', '-C', conf]);
  });

  it('boots by a real DHCP client: address, routes of option 121, MTU and DNS', async () => {
    expect(await instances.plug('host1', 'vm1', port)).toBe('eth0');
    await hosts.exec('host1', ['ip', 'link', 'set', 'tapaaaaaaaa-bb', 'master', 'br-test']);
    await instances.startDhcp('host1', 'vm1');
    expect(await instances.lease('host1', 'vm1')).toBe('10.7.0.11/24');
    const inside = async (...argv: string[]) => (await instances.exec('host1', 'vm1', argv)).stdout.trim();
    expect(await inside('cat', '/sys/class/net/eth0/address')).toBe(mac);
    expect(await inside('cat', '/sys/class/net/eth0/mtu')).toBe('1400');
    expect(
      (await inside('ip', 'route'))
        .split('\n')
        .map((line) => line.trim().replace(/ onlink| proto kernel| scope link/g, '')),
    ).toEqual([
      'default via 10.7.0.1 dev eth0',
      '10.7.0.0/24 dev eth0 src 10.7.0.11',
      '169.254.169.254 via 10.7.0.2 dev eth0',
    ]);
    expect(await inside('cat', '/etc/resolv.conf')).toBe('search lab.example\nnameserver 192.0.2.53');
    await new Connectivity(instances).expectReach({ name: 'vm1', host: 'host1' }, '10.7.0.2');
  });

  it('is found again by name and port, and plugging it twice changes nothing', async () => {
    expect(await instances.plug('host1', 'vm1', port)).toBe('eth0');
    expect(await new Instances(new Hosts({ home })).list()).toEqual([
      { name: 'vm1', host: 'host1', interfaces: [{ device: 'eth0', port: port.id, tap: 'tapaaaaaaaa-bb' }] },
    ]);
  });

  it('gives an unknown MAC no lease', async () => {
    const stranger = { id: 'bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee', mac: 'fa:16:3e:00:00:0c' };
    await instances.plug('host1', 'vm2', stranger);
    await hosts.exec('host1', ['ip', 'link', 'set', 'tapbbbbbbbb-bb', 'master', 'br-test']);
    await instances.startDhcp('host1', 'vm2');
    expect(await instances.lease('host1', 'vm2', { timeoutMs: 2_500 })).toBeNull();
    await instances.destroy('host1', 'vm2');
  });

  it('leaves nothing behind when it is destroyed', async () => {
    await instances.destroy('host1', 'vm1');
    expect(await instances.list()).toEqual([]);
    expect(await hosts.exec('host1', ['ip', '-br', 'link'])).not.toContain('tap');
    expect(await hosts.exec('host1', ['ps', '-e', '-o', 'args='])).not.toContain('udhcpc');
    expect((await hosts.exec('host1', ['ls', '/etc/netns', '/run/weft-lab'])).match(/vm1/)).toBeNull();
  });

  it('refuses a name that could not be one', async () => {
    await expect(instances.plug('host1', '../vm', port)).rejects.toThrow(/cannot name an instance/);
  });
});

describe('down', () => {
  it('leaves nothing of the lab on the machine', async () => {
    const other = mkdtempSync(join(tmpdir(), 'weft-lab-'));
    const lab = new Hosts({ home: other, attached: true });
    const { hosts: made } = await lab.up(2);
    await lab.down();
    expect(made.map(({ pid }) => processInfo(pid))).toEqual([null, null]);
    expect(await run(['ip', '-br', 'link'])).not.toContain(labId(other));
    expect((await attempt(['ip', 'netns', 'list'])).stdout).not.toContain(labId(other));
    rmSync(other, { recursive: true });
  });
});
