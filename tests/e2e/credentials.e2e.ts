import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BrokerUser, feedSubject } from '@weft/contracts';
import { BrokerCredentials, processInfo } from '@weft/lab';
import type { BootedInstance, Refusal } from '@weft/lab';
import { brokerSettings } from '@weft/messaging';
import { TestCloud, waitUntil } from '@weft/testing';
import { connect, ErrorCode } from 'nats';

const WEFT = resolve(__dirname, '../../apps/weft/bin/weft.mjs');
const host1: BrokerUser = { role: 'node', host: 'host1' };

let cloud: TestCloud;
let credentials: BrokerCredentials;
const booted: BootedInstance[] = [];

const weft = <T>(...words: string[]): T =>
  JSON.parse(
    execFileSync(process.execPath, [WEFT, ...words, '--json'], {
      env: { ...process.env, WEFT_HOME: cloud.home },
      encoding: 'utf8',
    }),
  ) as T;
const healthy = () =>
  weft<{ members: { member: string; health: string }[] }>('status').members.every(({ health }) => health === 'healthy');

beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 2 });
  credentials = new BrokerCredentials(join(cloud.home, 'nats', 'credentials'));
  const network = await cloud.admin.create('networks', 'network', { name: 'guarded' });
  await cloud.admin.create('subnets', 'subnet', { network_id: network.id, ip_version: 4, cidr: '10.67.0.0/24' });
  for (const host of ['host1', 'host2'])
    booted.push(await cloud.lab.boot({ name: `on-${host}`, network: 'guarded', host }));
}, 180_000);
afterAll(() => cloud?.stop(), 60_000);

const boot = async (name: string, host: string) => {
  const instance = await cloud.lab.boot({ name, network: 'guarded', host });
  await cloud.connectivity.expectReach(booted[0]!, { ...instance, address: instance.addresses[0]! });
};

it('gives each service and node a seed of its own, for its owner alone, and keeps it over a restart', async () => {
  const seeds = readdirSync(credentials.dir).filter((name) => name.endsWith('.nk'));
  expect(seeds.toSorted()).toEqual(
    ['api-gateway', 'fwaas', 'identity', 'ipam', 'node-feed', 'node.host1', 'node.host2', 'operator'].map(
      (name) => `${name}.nk`,
    ),
  );
  for (const name of seeds) expect(statSync(join(credentials.dir, name)).mode & 0o077).toBe(0);
  const before = seeds.map((name) => readFileSync(join(credentials.dir, name), 'utf8'));
  expect(new Set(before).size).toBe(before.length);
  expect(readFileSync(credentials.configuration, 'utf8')).not.toMatch(/\bSU[A-Z0-9]{50}/);
  await cloud.crashSupervisor();
  expect(seeds.map((name) => readFileSync(join(credentials.dir, name), 'utf8'))).toEqual(before);
  await waitUntil('all is well', () => healthy() || 'it is not', { timeoutMs: 30_000 });
}, 120_000);

it('refuses a taken-over node what is not its own, and tells the operator who tried what', async () => {
  const env = { WEFT_NATS_URL: cloud.run.natsUrl, WEFT_NATS_SEED_FILE: credentials.seedFile(host1) };
  const connection = await connect({ ...brokerSettings(env, host1), name: 'taken over' });
  try {
    const stolen: string[] = [];
    for (const subject of [feedSubject.node('host2'), '$KV.FACTS.>', '_INBOX.>'])
      connection.subscribe(subject, { callback: (error, message) => void (error ?? stolen.push(message.subject)) });
    await expect(connection.request(feedSubject.attach('host2'), '{}')).rejects.toMatchObject({
      code: ErrorCode.PermissionsViolation,
    });
    // In its own name it speaks for another: who hears it does not believe it.
    const forged = { host: 'host2', session: 'x', digest: {} };
    const reply = await connection.request(feedSubject.attach('host1'), JSON.stringify(forged));
    expect(reply.json()).toMatchObject({ status: 403 });
    const report = await connection.request('report.ipam.host1', JSON.stringify({ host: 'host2', reports: [] }));
    expect(report.json()).toMatchObject({ status: 403 });
    await boot('seen', 'host2');
    expect(stolen).toEqual([]);
  } finally {
    await connection.close();
  }
  const { refusals } = weft<{ refusals: Refusal[] }>('status');
  const told = refusals.map(({ user, what, subject }) => [user, what, subject]);
  expect(told).toContainEqual(['node.host1', 'subscribe', 'node.host2.feed']);
  expect(told).toContainEqual(['node.host1', 'subscribe', '$KV.FACTS.>']);
  expect(told).toContainEqual(['node.host1', 'publish', 'feed.attach.host2']);
  expect(told.filter(([user]) => user !== 'node.host1')).toEqual([]);
  await boot('after', 'host1');
}, 60_000);

it('takes a new node up by a signal, without disconnecting the others, and all go on after a restart of the broker', async () => {
  const broker = cloud.process('NATS').pid;
  const issued = weft<{ reloaded: boolean; users: { fresh: boolean }[] }>('credentials', 'issue', 'node.rack7.example');
  expect(issued).toMatchObject({ reloaded: true, users: [{ user: 'node.rack7=2Eexample', fresh: true }] });
  const user: BrokerUser = { role: 'node', host: 'rack7.example' };
  const env = { WEFT_NATS_URL: cloud.run.natsUrl, WEFT_NATS_SEED_FILE: credentials.seedFile(user) };
  await waitUntil('the new node is let in', async () => {
    const connection = await connect({ ...brokerSettings(env, user), reconnect: false });
    await connection.close();
    return true as const;
  });
  expect(cloud.process('NATS').pid).toBe(broker);
  await boot('reloaded', 'host2');

  cloud.kill('NATS');
  const back = () => (processInfo(cloud.process('NATS').pid) !== null && healthy()) || 'not all are healthy';
  await waitUntil('the broker is back', back, { timeoutMs: 30_000 });
  await boot('restarted', 'host2');
  expect(weft<{ user: string }[]>('credentials', 'list').map(({ user: name }) => name)).toContain('node.host2');
}, 120_000);
