import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiObject, PortObject } from '@weft/lab';
import { type TestCloud, waitUntil } from '@weft/testing';

/** Where frames are looked at: a device of a host, or of a namespace on it. */
export interface Tap {
  readonly host: string;
  readonly device: string;
  readonly netns?: string;
  /** tcpdump's: `udp port 67`. */
  readonly filter: string;
}

/** How long a frame may take from the wire to the capture's output, ms. */
const LATE_MS = 300;

/** The packets that pass a tap meanwhile, each as `tcpdump -e -vvv` prints it: link header, then what is in it, over several lines. */
export async function captured(cloud: TestCloud, tap: Tap, meanwhile: () => Promise<unknown>): Promise<string[]> {
  const { host, device, netns, filter } = tap;
  const argv = ['tcpdump', '-U', '-lnne', '-vvv', '-i', device, ...filter.split(' ')];
  const process = cloud.hosts.spawn(host, argv, { ...(netns && { netns }), stdio: ['ignore', 'pipe', 'pipe'] });
  let [seen, words] = ['', ''];
  process.child.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  process.child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const closed = new Promise((resolve) => process.child.once('close', resolve));
  try {
    await waitUntil(`tcpdump listens on ${device} of ${host}`, () => words.includes('listening on') || words);
    await meanwhile();
    await sleep(LATE_MS);
  } finally {
    process.kill('SIGINT');
    await closed;
  }
  // Each begins with its time; what is inside a tunnel begins a line as well.
  return seen.split(/\n(?=\d\d:\d\d:\d\d\.)/).filter((packet) => packet !== '');
}

/** The object of that name, as the administrator sees it. */
export const named = async (cloud: TestCloud, collection: string, name: string): Promise<ApiObject> =>
  (await cloud.admin.list(collection, { name }))[0]!;

export const addressOf = (port: PortObject): string => port.fixed_ips[0]!.ip_address;

/** The ports of a network's DHCP servers, and on which hosts they are. */
export const dhcpPorts = (cloud: TestCloud, network: string): Promise<readonly PortObject[]> =>
  cloud.admin.list<PortObject>('ports', { network_id: network, device_owner: 'network:dhcp' });

/** Every DHCP server of a network is proven, so that whoever asks is answered. */
export async function untilServed(cloud: TestCloud, network: string, servers = 2): Promise<readonly PortObject[]> {
  await waitUntil('its DHCP servers are ACTIVE', async () => {
    const states = (await dhcpPorts(cloud, network)).map(({ status }) => status);
    return states.filter((state) => state === 'ACTIVE').length === servers || states.join() || 'there is none';
  });
  return dhcpPorts(cloud, network);
}

/** Names of the devices in a network's bridge on a host; null: it has no bridge there. */
export async function bridged(cloud: TestCloud, host: string, network: string): Promise<string[] | null> {
  const bridge = `brq${network.slice(0, 11)}`;
  const { code, stdout } = await cloud.hosts.attempt(host, ['ls', `/sys/class/net/${bridge}/brif`]);
  return code === 0 ? stdout.split('\n').filter(Boolean).sort() : null;
}

/** All nodes have been heard of: only then a network's servers are placed on as many as are wanted. */
export const untilAgents = (cloud: TestCloud, agents: number): Promise<void> =>
  waitUntil('every agent is alive', async () => {
    const alive = await cloud.admin.list('agents', { alive: 'true' });
    return alive.length === agents || `${alive.length} are`;
  });
