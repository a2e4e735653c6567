import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../setup/build.mjs';

const require = createRequire(import.meta.url);
const {
  ApiClient,
  Hosts,
  Instances,
  credentialsFromCloudsYaml,
  end,
  freePort,
  processInfo,
  startNats,
  startPostgres,
} = require('../../libs/lab/dist/index.js');

/** What figures share: one private cloud without a lab, one with, and the floor, each made when first asked for. */
export class Bench {
  /** @param {{ lab: boolean, say: (line: string) => void }} options */
  constructor({ lab, say }) {
    this.lab = lab;
    this.say = say;
    this.memo = new Map();
    this.stops = [];
  }

  /** Makes something once per run. */
  once(name, make) {
    if (!this.memo.has(name)) this.memo.set(name, make());
    return this.memo.get(name);
  }

  /** Everything that was made, in reverse order. */
  async stop() {
    for (const stop of this.stops.reverse()) await stop();
  }

  /** The control plane on PostgreSQL and NATS that the floor uses as well: the comparison is fair or it is nothing. */
  controlPlane() {
    return this.once('control plane', async () => {
      const home = this.#temporary();
      const postgres = await startPostgres({ dir: join(home, 'postgres') });
      this.stops.push(() => postgres.stop());
      const nats = await startNats({ dir: join(home, 'nats') });
      this.stops.push(() => nats.stop());
      const env = { WEFT_DATABASE_URL: postgres.url, WEFT_NATS_URL: nats.url };
      const cloud = await this.#cloud(join(home, 'weft'), ['--no-lab'], env);
      return { ...cloud, postgres, nats };
    });
  }

  /** A whole cloud of two hosts, on servers of its own. */
  wholeCloud() {
    return this.once('whole cloud', async () => {
      const cloud = await this.#cloud(this.#temporary(), [], { WEFT_LAB_HOSTS: '2' });
      const hosts = new Hosts({ home: cloud.home });
      return { ...cloud, hosts, instances: new Instances(hosts) };
    });
  }

  /** Bare Fastify → NATS → one prepared INSERT: two processes, the same servers. */
  floor() {
    return this.once('floor', async () => {
      const { postgres, nats } = await this.controlPlane();
      const port = await freePort();
      const env = { ...process.env, DATABASE_URL: postgres.url, NATS_URL: nats.url, PORT: String(port) };
      for (const program of ['worker.mjs', 'api.mjs']) await this.#program(join('floor', program), env);
      return { url: `http://127.0.0.1:${port}/ports` };
    });
  }

  /** A network with room for as many ports as anybody wants. */
  async network(name, cidr) {
    const { admin } = await this.controlPlane();
    return this.once(`network ${name}`, async () => {
      const { id } = await admin.create('networks', 'network', { name });
      await admin.create('subnets', 'subnet', { network_id: id, cidr, ip_version: 4, enable_dhcp: false });
      return id;
    });
  }

  /** Runs the load generator in a process of its own. @returns {{ perSecond: number, p50: number, p99: number }} milliseconds */
  load(options) {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [here('load.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (chunk) => (text += chunk));
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`the load generator ended with ${code}`)),
      );
      child.stdin.end(JSON.stringify(options));
    });
  }

  async #cloud(home, args, more) {
    const env = {
      ...process.env,
      WEFT_HOME: home,
      WEFT_API_PORT: String(await freePort()),
      WEFT_IDENTITY_PORT: String(await freePort()),
      // Counted as ever, and never refused.
      ...{ WEFT_QUOTA_NETWORK: '-1', WEFT_QUOTA_SUBNET: '-1', WEFT_QUOTA_PORT: '-1' },
      ...{ WEFT_QUOTA_SECURITY_GROUP: '-1', WEFT_QUOTA_SECURITY_GROUP_RULE: '-1' },
      ...more,
    };
    const start = () => startCloud(args, env);
    let supervisor = await start();
    this.stops.push(() => end(supervisor, 'SIGTERM', 60_000));
    const run = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8'));
    const admin = new ApiClient(credentialsFromCloudsYaml(join(home, 'clouds.yaml'), 'weft'), 120_000);
    /** Ends it and starts it again; milliseconds until it is ready. */
    const restart = async () => {
      await end(supervisor, 'SIGTERM', 60_000);
      const begun = performance.now();
      supervisor = await start();
      return performance.now() - begun;
    };
    return { home, run, admin, restart, token: () => tokenOf(join(home, 'clouds.yaml')) };
  }

  #temporary() {
    const home = mkdtempSync(join(tmpdir(), 'weft-bench-'));
    this.stops.push(() => rmSync(home, { recursive: true, force: true }));
    return home;
  }

  async #program(path, env) {
    const child = spawn('setpriv', ['--pdeathsig=KILL', process.execPath, here(path)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.stops.push(() => child.kill('SIGKILL'));
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('exit', (code) => reject(new Error(`${path} ended with ${code}`)));
    });
  }
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A supervisor that dies with us; resolves when it says that it is ready. */
function startCloud(args, env) {
  const start = join(ROOT, 'apps/weft/bin/start.mjs');
  const child = spawn('setpriv', ['--pdeathsig=TERM', process.execPath, start, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  return new Promise((resolve, reject) => {
    let words = '';
    child.stderr.on('data', (chunk) => (words += chunk));
    child.stdout.on('data', (chunk) => {
      words += chunk;
      if (/^Ready\./m.test(words)) resolve(processInfo(child.pid));
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the cloud did not start:\n${words}`)));
  });
}

/** A token and the network endpoint, for load generators that must not log in themselves. */
async function tokenOf(cloudsYaml) {
  const { authUrl, username, password, projectName, userDomain, projectDomain } = credentialsFromCloudsYaml(
    cloudsYaml,
    'weft',
  );
  const user = { name: username, password, domain: { name: userDomain } };
  const answer = await fetch(`${authUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user } },
        scope: { project: { name: projectName, domain: { name: projectDomain } } },
      },
    }),
  });
  const token = answer.headers.get('x-subject-token');
  if (token === null) throw new Error(`no token: ${answer.status}`);
  return token;
}
