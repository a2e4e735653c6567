import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  ApiClient,
  Hosts,
  Instances,
  LabCloud,
  credentialsFromCloudsYaml,
  end,
  findSupervised,
  freePort,
  processInfo,
} from '@weft/lab';
import type { ProcessInfo } from '@weft/lab';
import { Connectivity } from './connectivity';
import { PreloadedClient, type StockProgram } from './stock/preloaded-client';
import { StockClient } from './stock/stock-client';
import { waitUntil } from './wait-until';

const START = resolve(__dirname, '..', '..', '..', 'apps', 'weft', 'bin', 'start.mjs');

export interface TestCloudOptions {
  /** Hosts with an agent each; 0: the control plane alone. Default 3. */
  readonly hosts?: number;
  /** More environment for every process: `OTEL_EXPORTER_OTLP_ENDPOINT` … */
  readonly env?: NodeJS.ProcessEnv;
}

interface RunFile {
  readonly state: string;
  readonly apiUrl: string;
  readonly authUrl: string;
  readonly natsUrl: string;
}

/** A whole private cloud as `npm start` makes it, in a directory of its own; it ends with this process. */
export class TestCloud {
  readonly hosts: Hosts;
  readonly instances: Instances;
  /** Boots instances as the administrator. */
  readonly lab: LabCloud;
  readonly connectivity: Connectivity;
  readonly admin: ApiClient;

  private readonly clients = new Map<StockProgram, PreloadedClient>();
  private tenant: ApiClient | undefined;

  private constructor(
    readonly home: string,
    /** As of the last start: the broker may have moved to another port. */
    public run: RunFile,
    private supervisor: ProcessInfo,
    private readonly launch: () => Promise<ProcessInfo>,
  ) {
    this.admin = this.client('weft');
    this.hosts = new Hosts({ home });
    this.instances = new Instances(this.hosts);
    this.lab = new LabCloud(this.admin, this.admin, this.hosts, this.instances);
    this.connectivity = new Connectivity(this.instances);
  }

  /** @throws Error with the start's own words when it does not become ready */
  static async start(options: TestCloudOptions = {}): Promise<TestCloud> {
    const home = mkdtempSync(join(tmpdir(), 'weft-cloud-'));
    const [apiPort, identityPort] = [await freePort(), await freePort()];
    const env = {
      ...process.env,
      WEFT_HOME: home,
      WEFT_API_PORT: String(apiPort),
      WEFT_IDENTITY_PORT: String(identityPort),
      WEFT_LAB_HOSTS: String(options.hosts ?? 3),
      ...options.env,
    };
    const launch = () => launchSupervisor(home, env, (options.hosts ?? 3) > 0);
    const supervisor = await launch();
    return new TestCloud(home, runOf(home), supervisor, launch);
  }

  /** The process of a service or agent: `ipam`, `node-agent-host1`, `PostgreSQL`, `NATS`. */
  process(name: string): ProcessInfo {
    const [info] =
      name === 'PostgreSQL' ? [this.postmaster()] : name === 'NATS' ? [this.broker()] : findSupervised(this.home, name);
    if (!info) throw new Error(`${name} does not run`);
    return info;
  }

  /** A tenant; there is none with an identity that is not Weft's own. */
  get demo(): ApiClient {
    this.tenant ??= this.client('weft-demo');
    return this.tenant;
  }

  /** A client as everybody has it, of the administrator or of the tenant. */
  stock(program: StockProgram, cloud: 'weft' | 'weft-demo' = 'weft'): StockClient {
    let client = this.clients.get(program);
    if (client === undefined) this.clients.set(program, (client = new PreloadedClient(program)));
    return new StockClient(program, client, this.home, cloud);
  }

  /** `kill -9`; the supervisor starts it again. */
  kill(name: string): void {
    process.kill(this.process(name).pid, 'SIGKILL');
  }

  /** `kill -9` of the supervisor, and a start that recovers. */
  async crashSupervisor(): Promise<void> {
    process.kill(this.supervisor.pid, 'SIGKILL');
    await waitUntil('the supervisor is dead', () => processInfo(this.supervisor.pid) === null || 'it lives');
    this.supervisor = await this.launch();
    this.run = runOf(this.home);
  }

  /** Ends everything and removes the state directory. */
  async stop(): Promise<void> {
    for (const client of this.clients.values()) await client.stop();
    await end(this.supervisor, 'SIGTERM', 60_000);
    rmSync(this.home, { recursive: true, force: true });
  }

  private client(cloud: string): ApiClient {
    const credentials = credentialsFromCloudsYaml(join(this.home, 'clouds.yaml'), cloud);
    if (credentials === null) throw new Error(`${this.home}/clouds.yaml has no ${cloud}`);
    return new ApiClient(credentials);
  }

  private postmaster(): ProcessInfo | undefined {
    const pid = Number(readFileSync(join(this.home, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    return processInfo(pid) ?? undefined;
  }

  private broker(): ProcessInfo | undefined {
    const pid = Number(readFileSync(join(this.home, 'nats/nats.pid'), 'utf8'));
    return processInfo(pid) ?? undefined;
  }
}

const runOf = (home: string): RunFile => JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')) as RunFile;

async function launchSupervisor(home: string, env: NodeJS.ProcessEnv, lab: boolean): Promise<ProcessInfo> {
  const argv = ['--pdeathsig=TERM', process.execPath, START, ...(lab ? [] : ['--no-lab'])];
  const child = spawn('setpriv', argv, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let words = '';
  const hear = (chunk: Buffer) => (words = (words + chunk.toString()).slice(-4_000));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  let ended = false;
  child.once('exit', () => (ended = true));
  const file = join(home, 'run.json');
  await waitUntil(
    'the cloud is ready',
    () => {
      // Not a reason to wait longer: waitUntil's probe may not end the wait, so this is looked at below.
      if (ended) return true;
      const run = JSON.parse(readFileSync(file, 'utf8')) as RunFile & { pid: number };
      return (run.pid === child.pid && run.state === 'ready') || `it is ${run.state}`;
    },
    { timeoutMs: 150_000, everyMs: 100 },
  );
  const info = child.pid === undefined ? null : processInfo(child.pid);
  if (ended || info === null) throw new Error(`the cloud did not start:\n${words}`);
  return info;
}
