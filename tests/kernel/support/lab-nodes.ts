import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hosts, startNats } from '@weft/lab';
import { nodeFact } from '@weft/contracts';
import type { Component } from '@weft/contracts';
import type { HostProcess, LabHost, NatsServer } from '@weft/lab';
import { TestFeed } from './test-feed';

const DATAPLANE = join(__dirname, '../../../libs/dataplane');
const MAIN = join(__dirname, '../../../services/node-agent/dist/main.js');

/** A host, and a namespace on it. */
export type Place = readonly [host: string, netns: string];

/** Hosts with a real agent process on each, a real broker, and a {@link TestFeed} behind it. */
export class LabNodes {
  private readonly agents = new Map<string, HostProcess>();

  private constructor(
    readonly home: string,
    readonly hosts: Hosts,
    readonly list: readonly LabHost[],
    private readonly nats: NatsServer,
    readonly feed: TestFeed,
    /** At which the hosts reach this machine. */
    readonly managementAddress: string,
  ) {}

  static async up(count: number): Promise<LabNodes> {
    const home = mkdtempSync(join(tmpdir(), 'weft-kernel-'));
    // dnsmasq gives up root and must still reach its files.
    chmodSync(home, 0o755);
    const hosts = new Hosts({ home, attached: true });
    const { managementAddress, hosts: list } = await hosts.up(count);
    const nats = await startNats({ dir: join(home, 'nats'), host: managementAddress });
    const feed = await TestFeed.start(
      nats.url,
      list.map(({ name }) => name),
    );
    feed.put(
      Object.fromEntries(
        list.map(({ name, tunnelIp }) => [
          nodeFact.key(name),
          { host: name, tunnelIp, physicalNetworks: ['physnet1'] },
        ]),
      ),
    );
    return new LabNodes(home, hosts, list, nats, feed, managementAddress);
  }

  async down(): Promise<void> {
    for (const name of [...this.agents.keys()]) await this.stopAgent(name, 'SIGKILL');
    await this.feed.stop();
    await this.nats.stop();
    await this.hosts.down();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Starts the agent of a host and waits until it is in sync. */
  async startAgent(name: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
    const host = this.list.find((candidate) => candidate.name === name) as LabHost;
    mkdirSync(this.stateDir(name), { recursive: true });
    const log = openSync(this.logFile(name), 'a');
    this.feed.heartbeats.delete(name);
    const agent = this.hosts.spawn(name, [process.execPath, MAIN], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        WEFT_NATS_URL: this.nats.url,
        WEFT_HOST: name,
        WEFT_TUNNEL_IP: host.tunnelIp,
        WEFT_AGENT_STATE: this.stateDir(name),
        WEFT_METADATA_DIR: join(this.home, 'metadata'),
        WEFT_BRIDGE_MAPPINGS: 'physnet1:eth1',
        ...env,
      },
    });
    this.agents.set(name, agent);
    await eventually(
      `${name} is in sync`,
      () => this.feed.heartbeats.get(name)?.inSync === true,
      10_000,
      () => this.log(name),
    );
  }

  async stopAgent(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const agent = this.agents.get(name);
    this.agents.delete(name);
    agent?.kill(signal);
    await agent?.exited();
  }

  /** Outer pid of the agent itself. */
  agentPid(name: string): number {
    return this.agents.get(name)?.pid ?? 0;
  }

  exec(host: string, command: string, netns?: string): Promise<string> {
    return this.hosts.exec(host, ['sh', '-euc', command], netns === undefined ? {} : { netns });
  }

  /** A namespace with an `eth0` behind the port's tap, as an instance. */
  async plug(host: string, port: string, mac: string): Promise<void> {
    const [vm, tap] = [`vm-${port.slice(0, 8)}`, `tap${port.slice(0, 11)}`];
    await this.exec(
      host,
      `ip netns add ${vm}; ip -n ${vm} link set lo up
ip link add ${tap} type veth peer name eth0 address ${mac} netns ${vm}; ip -n ${vm} link set eth0 up; ip link set ${tap} up`,
    );
  }

  /** A frame as it is, out of a guest's eth0. @param hex all of it */
  async sendFrame(host: string, hex: string, netns: string): Promise<void> {
    const send = `const { libc } = require(process.argv[1]);
const [AF_PACKET, SOCK_RAW] = [17, 3];
const fd = libc('socket', AF_PACKET, SOCK_RAW, 0);
const address = Buffer.alloc(20);
address.writeUInt16LE(AF_PACKET, 0);
address.writeInt32LE(Number(process.argv[3]), 4);
const frame = Buffer.from(process.argv[2], 'hex');
libc('bind', fd, address, address.length);
libc('send', fd, frame, frame.length, 0);`;
    const index = /^(\d+): eth0/m.exec(await this.exec(host, 'ip -o link show eth0', netns))![1]!;
    await this.hosts.exec(host, [process.execPath, '-e', send, DATAPLANE, hex, index], { netns });
  }

  /** A VLAN sub-interface by whatever this kernel has: an operator's on a host, or a guest's in its namespace. */
  async subInterface(host: string, parent: string, vid: number, name: string, netns?: string): Promise<void> {
    const make = `const { NetlinkSocket, makeVlanInterface } = require(process.argv[1]);
const [parent, vid, name] = process.argv.slice(2);
if (!makeVlanInterface(new NetlinkSocket(), { name, parent, vid: Number(vid), mtu: 1400 })) throw new Error('no VLAN');`;
    const argv = [process.execPath, '-e', make, DATAPLANE, parent, String(vid), name];
    await this.hosts.exec(host, argv, netns === undefined ? {} : { netns });
  }

  /**
   * TCP from a sender's namespace to a receiver's, by sockets of their own.
   * @returns Mbit/s of payload as received, measured over `seconds` after the first one (a start is not a rate).
   */
  async throughput(from: Place, to: Place, address: string, seconds = 1): Promise<number> {
    const receive = `let bytes = 0, since = 0;
require('net').createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (data) => { if (since) bytes += data.length; });
  setTimeout(() => { since = performance.now(); }, 1000);
  setTimeout(() => { console.log(bytes * 8 / 1000 / (performance.now() - since)); process.exit(); }, 1000 + ${seconds * 1000});
}).listen(5201, '0.0.0.0', () => console.error('ready'));`;
    const send = `const chunk = Buffer.alloc(65536);
const socket = require('net').connect(5201, process.argv[1]);
const pump = () => { while (socket.write(chunk)); };
socket.on('connect', pump).on('drain', pump).on('error', () => process.exit()).on('close', () => process.exit());`;
    const received = this.hosts.exec(to[0], [process.execPath, '-e', receive], { netns: to[1], timeoutMs: 20_000 });
    await eventually('the receiver listens', async () => (await this.exec(to[0], 'ss -tln', to[1])).includes(':5201'));
    const sent = this.hosts.attempt(from[0], [process.execPath, '-e', send, address], {
      netns: from[1],
      timeoutMs: 20_000,
    });
    const rate = Number(await received);
    await sent;
    return rate;
  }

  metadata(instance: string, path: string, content: string): void {
    const file = join(this.home, 'metadata', instance, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }

  stateDir(name: string): string {
    return join(this.home, `state-${name}`);
  }

  log(name: string): string {
    return this.wholeLog(name).split('\n').slice(-30).join('\n');
  }

  wholeLog(name: string): string {
    return readFileSync(this.logFile(name), 'utf8');
  }

  /** Waits until a port's component is reported so. */
  async reported(host: string, component: Component, port: string, state: string, generation?: number): Promise<void> {
    const report = () => this.feed.report(host, component, port);
    await eventually(
      `${component} of ${port} on ${host} is ${state}`,
      () => report()?.state === state && (generation === undefined || report()?.generation === generation),
      8_000,
      () => `last report: ${JSON.stringify(report())}\n${this.log(host)}`,
    );
  }

  private logFile(name: string): string {
    return join(this.home, `agent-${name}.log`);
  }
}

/** Waits for something to become true; what it waited for is in the error. */
export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
  timeoutMs = 8_000,
  explain: () => string = () => '',
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}\n${explain()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
