import { readFileSync } from 'node:fs';
import type { FactValue } from '@weft/contracts';
import { dhcpFacts, lan, portFacts, portId, tap, vxlan } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = lan(6, { '10.6.0.0/16': { gatewayIp: '10.6.0.1' } }, { segments: [vxlan(600)] });
const PORTS = 300;

describe('restart of an agent with 300 ports', () => {
  let nodes: LabNodes;
  let monitor: Promise<string>;

  beforeAll(async () => {
    nodes = await LabNodes.up(1);
    await nodes.startAgent('host1');
    const facts: Record<string, FactValue> = {
      ...NET.facts,
      ...dhcpFacts('host1', NET.port(2, 'host1')),
    };
    for (let n = 10; n < 10 + PORTS; n++) Object.assign(facts, portFacts(NET.port(n, 'host1')));
    // And as many on another node, with their forwarding entries.
    for (let n = 1000; n < 1000 + PORTS; n++) Object.assign(facts, portFacts(NET.port(n, 'host9')));
    facts['node.host9'] = { host: 'host9', tunnelIp: '10.99.0.9', physicalNetworks: [] };
    nodes.feed.put(facts);
    // Taps alone: the guests behind them have no part in this.
    const taps = Array.from({ length: PORTS }, (_, i) => `link add ${tap(10 + i)} type veth peer name p${i}`);
    await nodes.hosts.exec('host1', ['ip', '-batch', '-'], { input: `${taps.join('\n')}\n` });
    for (let n = 10; n < 10 + PORTS; n++) await nodes.reported('host1', 'wired', portId(n), 'proven');
    await nodes.reported('host1', 'dhcp', portId(1000), 'proven');
  }, 60_000);
  afterAll(() => nodes.down());

  it('leaves everything in place when it is told to stop, and when it is killed', async () => {
    const state = () =>
      nodes.exec('host1', 'ip -o link | wc -l; bridge fdb show dev vxlan-600 | wc -l; pgrep -x dnsmasq; ip netns');
    const before = await state();
    await nodes.stopAgent('host1', 'SIGTERM');
    expect(await state()).toBe(before);
    await nodes.startAgent('host1');
    await nodes.stopAgent('host1', 'SIGKILL');
    expect(await state()).toBe(before);
  });

  it('is in sync again without a single write to the kernel, and proves every port', async () => {
    monitor = nodes.exec('host1', 'timeout 4 ip monitor link address route neigh 2>/dev/null || true');
    await new Promise((resolve) => setTimeout(resolve, 300));
    nodes.feed.reports.clear();
    await nodes.startAgent('host1');
    for (let n = 10; n < 10 + PORTS; n++) {
      await nodes.reported('host1', 'wired', portId(n), 'proven');
      await nodes.reported('host1', 'dhcp', portId(n), 'proven');
    }
    nodes.feed.heartbeats.delete('host1');
    await eventually('a heartbeat', () => nodes.feed.heartbeats.has('host1'));
    expect(nodes.feed.heartbeats.get('host1')?.counts).toMatchObject({ writes: 0, pending: 0, unacknowledged: 0 });
    // The kernel's own word: nothing changed while the agent started.
    expect((await monitor).split('\n').filter((line) => line.includes('brq') || line.includes('vxlan'))).toEqual([]);
  });

  it('asks the feed only for what it does not have on disk', () => {
    const digest = nodes.feed.attachments.at(-1)?.digest ?? {};
    expect(Object.keys(digest).sort()).toEqual(['host.host1.', `network.${NET.id}`, 'node.']);
  });

  it('attaches again after a gap in the feed, and misses nothing', async () => {
    const attachments = nodes.feed.attachments.length;
    nodes.feed.skip('host1');
    const generation = nodes.feed.put(portFacts(NET.port(10, 'host1', NET.at(5000))));
    await nodes.reported('host1', 'dhcp', portId(10), 'proven', generation);
    expect(nodes.feed.attachments.length).toBeGreaterThan(attachments);
  });

  it('keeps reports until they are acknowledged', async () => {
    nodes.feed.acceptReports = false;
    const generation = nodes.feed.put(portFacts(NET.port(11, 'host1', NET.at(5001))));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(nodes.feed.report('host1', 'wired', portId(11))?.generation).not.toBe(generation);
    nodes.feed.acceptReports = true;
    await nodes.reported('host1', 'wired', portId(11), 'proven', generation);
  }, 30_000);

  it('restores a node from its disk while the control plane is away', async () => {
    await nodes.stopAgent('host1');
    // As after a reboot: nothing of ours is left in the kernel.
    await nodes.exec(
      'host1',
      'kill $(pgrep -x dnsmasq); ip link del vxlan-600; ip link del brqa0000006-00; ip netns del $(ip netns | grep -o qdhcp[^\\ ]*)',
    );
    nodes
      .startAgent('host1', { WEFT_NATS_URL: 'nats://127.0.0.1:1', WEFT_RESTORE_WAIT_MS: '300' })
      .catch(() => undefined);
    await eventually(
      'the bridge is back, with its ports',
      async () => Number(await nodes.exec('host1', 'bridge link show | grep -c brqa0000006-00 || true')) === PORTS + 2,
    );
    await eventually('and DHCP', async () => (await nodes.exec('host1', 'pgrep -x dnsmasq || true')) !== '');
  });

  it('needs no more memory than an agent may', async () => {
    await nodes.stopAgent('host1');
    await nodes.startAgent('host1');
    await nodes.reported('host1', 'wired', portId(10), 'proven');
    const rollup = readFileSync(`/proc/${nodes.agentPid('host1')}/smaps_rollup`, 'utf8');
    expect(Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1024).toBeLessThan(120);
  });
});
