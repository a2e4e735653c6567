import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { type BootRequest, type BootedInstance, credentialsFromCloudsYaml, LabCloud } from '@weft/lab';
import { type TestCloud, waitUntil } from '@weft/testing';
import { captured } from './book';

const WEFT = resolve(__dirname, '../../apps/weft/bin/weft.mjs');

/** An instance of the tenant's, and the address that it is reached at. */
export interface Guest extends BootedInstance {
  readonly address: string;
}

/** Boots an instance as the tenant, whose groups and ports it has. */
export async function boot(cloud: TestCloud, request: BootRequest): Promise<Guest> {
  const lab = new LabCloud(cloud.demo, cloud.admin, cloud.hosts, cloud.instances);
  const booted = await lab.boot(request);
  return { ...booted, address: booted.addresses[0] ?? '' };
}

/** Runs a command in a guest, its words split at blanks. */
export const inGuest = (cloud: TestCloud, guest: Guest, line: string) =>
  cloud.instances.exec(guest.host, guest.name, line.split(' '));

/** The same, of a command that must succeed. @throws Error with its words */
export async function must(cloud: TestCloud, guest: Guest, line: string): Promise<string> {
  const { code, stdout, stderr } = await inGuest(cloud, guest, line);
  if (code !== 0) throw new Error(`${guest.name}: ${line}: ${stderr}`);
  return stdout;
}

const SERVER = `const [name, ...ports] = process.argv.slice(1);
for (const port of ports) require('node:http').createServer((_, answer) => answer.end(name)).listen(Number(port));`;

/** A web server on each of these ports of a guest, which answers with the guest's name. It ends with the guest. */
export async function serve(cloud: TestCloud, guest: Guest, ...ports: number[]): Promise<void> {
  const argv = [process.execPath, '-e', SERVER, guest.name, ...ports.map(String)];
  cloud.hosts.spawn(guest.host, argv, { netns: `vm-${guest.name}`, stdio: 'ignore' });
  await waitUntil(`${guest.name} serves`, async () => {
    const listening = await must(cloud, guest, 'ss -Hltn');
    return ports.every((port) => new RegExp(`:${port}\\s`).test(listening)) || listening;
  });
}

/** What becomes of a connection: the name of the guest that answers; `refused`, by the guest itself; `silence`, as whoever is filtered hears it. */
export async function connect(cloud: TestCloud, from: Guest, to: Guest, port: number): Promise<string> {
  const { code, stdout, stderr } = await inGuest(cloud, from, `curl -sS -m 2 http://${to.address}:${port}/`);
  // Of curl(1): 7 is a refusal, 28 a time that has run out.
  const outcome = ({ 0: stdout, 7: 'refused', 28: 'silence' } as Record<number, string>)[code];
  if (outcome === undefined) throw new Error(`${from.name}: ${stderr}`);
  return outcome;
}

/** A connection comes to this, now or as soon as the nodes have heard of a change. */
export const untilConnect = (cloud: TestCloud, from: Guest, to: Guest, port: number, outcome: string): Promise<void> =>
  waitUntil(`${from.name} to ${to.name} port ${port}: ${outcome}`, async () => {
    const now = await connect(cloud, from, to, port);
    return now === outcome || now;
  });

/** Whether one packet of `ping` is answered; `options` stand before the address. */
export async function pings(cloud: TestCloud, from: Guest, address: string, options = ''): Promise<boolean> {
  const words = ['ping', '-c', '1', '-W', '1', ...options.split(' ').filter(Boolean), address];
  return (await cloud.instances.exec(from.host, from.name, words)).code === 0;
}

/** It is answered, or is not any more, as soon as the nodes have heard of a change. */
export const untilPings = (cloud: TestCloud, from: Guest, address: string, answered: boolean): Promise<void> =>
  waitUntil(`${from.name} is ${answered ? '' : 'not '}answered by ${address}`, async () => {
    return (await pings(cloud, from, address)) === answered || 'not yet';
  });

const DATAGRAM = `const [from, to, address] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4').bind(Number(from), () => {
  socket.setBroadcast(true);
  socket.send('weft', Number(to), address, (error) => { if (error) throw error; socket.close(); });
});`;

/** Sends one UDP datagram from a port of a guest's. */
export async function datagram(cloud: TestCloud, from: Guest, source: number, to: number, address: string) {
  const argv = [process.execPath, '-e', DATAGRAM, String(source), String(to), address];
  const { code, stderr } = await cloud.instances.exec(from.host, from.name, argv);
  if (code !== 0) throw new Error(stderr);
}

/** Asks for a lease beside the guest's own DHCP client; whether one was offered and acknowledged. */
export const leased = async (cloud: TestCloud, guest: Guest): Promise<boolean> =>
  (await inGuest(cloud, guest, 'udhcpc -n -q -f -t 3 -T 1 -i eth0 -s /bin/true')).code === 0;

/** What reaches the interface of a guest meanwhile, and what it sends. */
export const heard = (cloud: TestCloud, guest: Guest, filter: string, meanwhile: () => Promise<unknown>) =>
  captured(cloud, { host: guest.host, netns: `vm-${guest.name}`, device: 'eth0', filter }, meanwhile);

/** The command line as the tenant types it, in JSON. */
export function weft<T>(cloud: TestCloud, ...words: string[]): T {
  const demo = credentialsFromCloudsYaml(join(cloud.home, 'clouds.yaml'), 'weft-demo')!;
  const env = {
    ...process.env,
    WEFT_HOME: cloud.home,
    OS_AUTH_URL: demo.authUrl,
    OS_USERNAME: demo.username,
    OS_PASSWORD: demo.password,
    OS_PROJECT_NAME: demo.projectName,
    OS_USER_DOMAIN_NAME: demo.userDomain,
    OS_PROJECT_DOMAIN_NAME: demo.projectDomain,
  };
  return JSON.parse(execFileSync(process.execPath, [WEFT, ...words, '--json'], { env, encoding: 'utf8' })) as T;
}

/** How long what a node has counted may take to the API, ms: it reads its counters every 3 s, and less often where reading takes long. */
export const TOLD_WITHIN_MS = 40_000;

/** As many packets of a guest's port as these were dropped for that reason, and its tenant can read it. */
export const untilDropped = (cloud: TestCloud, guest: Guest, reason: string, packets = 1): Promise<void> =>
  waitUntil(
    `${packets} packets of ${guest.name} are told as dropped: ${reason}`,
    async () => {
      const { counts } = await cloud.demo.drops(guest.port);
      return counts.some((count) => count.reason === reason && count.packets >= packets) || JSON.stringify(counts);
    },
    { timeoutMs: TOLD_WITHIN_MS },
  );
