import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrokerUser, brokerUserName } from '@weft/contracts';
import { BrokerCredentials, Hosts, attempt, portIsFree, startNats, startPostgres } from '@weft/lab';
import type { LabHost, NatsServer, PostgresServer } from '@weft/lab';
import { Failure } from '@weft/lab';
import { accountsOf, passwordsOf, writeCredentials } from './credentials';
import { CloudHealth, whatIsMissing } from './health';
import type { Home } from './home';
import { endLeftovers } from './leftovers';
import { lastWords } from './last-words';
import {
  agents,
  authUrlOf,
  brokerUsers,
  controlPlane,
  migratingOf,
  programOf,
  serviceEnvironment,
  servicesOf,
  urlOf,
} from './plan';
import type { PlanInput } from './plan';
import { restoreInstances } from './restore';
import { Claim } from './run-file';
import type { Settings } from './settings';
import { SupervisedProcess } from './supervised-process';
import { SupervisedServer } from './supervised-server';

const HEALTHY_WITHIN_MS = 120_000;
/** After this a migration is worth a word: a service waits for a database that does not answer. */
const SLOW_MIGRATION_MS = 10_000;
/** A process that has ended this often while the cloud starts will not come up by itself. */
const TOO_MANY_RESTARTS = 3;

type Say = (line: string) => void;
interface Stoppable {
  readonly what: string;
  readonly stop: () => Promise<void>;
}

/** A whole cloud on this machine, from servers to agents: started in order, or not at all; stopped in reverse. */
export class Cloud {
  private readonly stack: Stoppable[] = [];
  private readonly processes: SupervisedProcess[] = [];
  private readonly lab: Hosts;
  private stopping: Promise<void> | null = null;
  private mending: Promise<void> | null = null;
  private ready = false;

  private constructor(
    private readonly home: Home,
    private readonly settings: Settings,
    private readonly env: NodeJS.ProcessEnv,
    private readonly say: Say,
  ) {
    this.lab = new Hosts({ home: home.dir });
  }

  /**
   * Starts everything and waits until it is healthy.
   * @param aborted true as soon as the start is to be given up (Ctrl-C)
   * @throws Failure with nothing left running
   */
  static async start(
    home: Home,
    settings: Settings,
    env: NodeJS.ProcessEnv,
    say: Say,
    aborted: AbortSignal,
  ): Promise<Cloud> {
    const cloud = new Cloud(home, settings, env, say);
    try {
      await cloud.run(aborted);
      return cloud;
    } catch (error) {
      await cloud.stop();
      throw error;
    }
  }

  /** Ends everything in the reverse order of its start; what fails to end is said and does not keep the rest. */
  stop(): Promise<void> {
    this.stopping ??= this.unwind();
    return this.stopping;
  }

  private async unwind(): Promise<void> {
    for (const { what, stop } of this.stack.reverse()) {
      try {
        await stop();
      } catch (error) {
        this.say(`${what} did not end cleanly: ${(error as Error).message}`);
      }
    }
  }

  private async run(aborted: AbortSignal): Promise<void> {
    const { home, settings, say } = this;
    const authUrl = authUrlOf(settings);
    const state = {
      state: 'starting',
      apiUrl: urlOf(settings.api),
      authUrl,
      natsUrl: null,
      natsCredentials: null,
      hosts: settings.hosts,
    } as const;
    const claim = Claim.take(home.runFile, state);
    this.stack.push({ what: 'the run file', stop: async () => claim.release() });

    const ended = await endLeftovers(home.dir);
    if (ended > 0) say(`Ended ${ended} processes that an earlier start had left`);
    await this.checkPorts();
    const passwords = passwordsOf(home);
    writeCredentials(home, accountsOf(passwords, settings.keystone), authUrl);

    const hosts = await this.startHosts();
    aborted.throwIfAborted();
    const databaseUrl = settings.databaseUrl ?? (await this.startDatabase());
    const credentials = this.credentials(brokerUsers(hosts?.hosts ?? []));
    const natsUrl =
      settings.natsUrl ?? (await this.startBroker(hosts?.managementAddress ?? '127.0.0.1', credentials ?? undefined));
    claim.update({ natsUrl, natsCredentials: credentials?.dir ?? null });
    aborted.throwIfAborted();

    const plan: PlanInput = { home, settings, passwords, databaseUrl, natsUrl, credentials, env: this.env };
    await this.migrate(plan, aborted);
    aborted.throwIfAborted();
    const specs = [
      ...controlPlane(plan),
      ...(hosts ? agents(plan, this.lab, hosts.hosts, () => this.mendHosts()) : []),
    ];
    say(`Starting ${specs.map(({ name }) => name).join(', ')}`);
    for (const spec of specs) this.supervise(new SupervisedProcess(spec, join(home.logs, `${spec.name}.log`), say));
    await this.untilHealthy(plan, hosts?.hosts ?? [], aborted);
    if (this.settings.hosts > 0) await restoreInstances(home, say);
    this.ready = true;
    claim.update({ state: 'ready' });
    this.stack.push({ what: 'the state', stop: async () => claim.update({ state: 'stopping' }) });
  }

  private supervise(supervised: SupervisedProcess): void {
    this.processes.push(supervised);
    supervised.start();
    // All at once, first in the queue: each has its own grace, and none needs another to end.
    if (this.processes.length === 1)
      this.stack.push({
        what: 'a service',
        stop: async () => void (await Promise.all(this.processes.map((each) => each.stop()))),
      });
  }

  private async checkPorts(): Promise<void> {
    const { api, identity, keystone } = this.settings;
    for (const [variable, { host, port }] of [
      ['WEFT_API_PORT', api] as const,
      ...(keystone ? [] : [['WEFT_IDENTITY_PORT', identity] as const]),
    ])
      if (!(await portIsFree(port, host)))
        throw new Failure(`Port ${port} on ${host} is in use; set ${variable} to another one.`);
  }

  private async startHosts(): Promise<{ managementAddress: string; hosts: readonly LabHost[] } | null> {
    const { hosts, natsUrl } = this.settings;
    if (hosts === 0) return null;
    if (natsUrl !== null && /\/\/([^@/]*@)?(localhost|127\.|\[::1\])/.test(natsUrl))
      throw new Failure(
        `The hosts cannot reach ${withoutPassword(natsUrl)}: give WEFT_NATS_URL an address of this machine, or use --no-lab.`,
      );
    this.say(hosts === 1 ? 'Making 1 host' : `Making ${hosts} hosts`);
    this.stack.push({ what: 'the lab', stop: () => this.lab.down() });
    return this.lab.up(hosts);
  }

  /** Makes hosts anew that have died; several agents may ask at once. */
  private mendHosts(): Promise<void> {
    this.mending ??= this.mend().finally(() => (this.mending = null));
    return this.mending;
  }

  private async mend(): Promise<void> {
    const holders = async () => new Set((await this.lab.list()).map(({ pid }) => pid));
    const before = await holders();
    await this.lab.up(this.settings.hosts);
    const isNew = [...(await holders())].some((pid) => !before.has(pid));
    // At the first start there are no instances to restore yet, and no API to ask for them.
    if (isNew && this.ready) await restoreInstances(this.home, this.say);
  }

  private async startDatabase(): Promise<string> {
    const { dir } = this.home;
    this.say('Starting PostgreSQL');
    const server = await SupervisedServer.start<PostgresServer>(
      'PostgreSQL',
      (previous) => startPostgres({ dir: join(dir, 'postgres'), ...(previous && { port: previous.port }) }),
      this.say,
    );
    this.stack.push({ what: 'PostgreSQL', stop: () => server.stop() });
    return server.current.url;
  }

  /**
   * Of a private broker: made where they are missing, kept otherwise. Of another one: they are there, or it needs none.
   * @throws Failure naming who has none
   */
  private credentials(users: readonly BrokerUser[]): BrokerCredentials | null {
    const { natsUrl, natsCredentials } = this.settings;
    if (natsUrl === null) {
      const own = new BrokerCredentials(this.home.natsCredentials);
      own.issue(users);
      return own;
    }
    if (natsCredentials === null) return null;
    const given = new BrokerCredentials(natsCredentials);
    const without = users.filter((user) => !existsSync(given.seedFile(user))).map(brokerUserName);
    if (without.length > 0)
      throw new Failure(`WEFT_NATS_CREDENTIALS has no seed of ${without.join(', ')} (npx weft credentials issue).`);
    return given;
  }

  private async startBroker(host: string, credentials?: BrokerCredentials): Promise<string> {
    this.say('Starting NATS');
    const server = await SupervisedServer.start<NatsServer>(
      'NATS',
      (previous) => startNats({ dir: this.home.nats, host, credentials, ...(previous && { port: previous.port }) }),
      this.say,
    );
    this.stack.push({ what: 'NATS', stop: () => server.stop() });
    return server.current.url;
  }

  /** Brings the schemas of all services up to date at the same time: each is its service's alone. */
  private async migrate(plan: PlanInput, aborted: AbortSignal): Promise<void> {
    const services = migratingOf(plan.settings);
    this.say(`Migrating ${services.join(', ')}`);
    const waiting = setTimeout(() => this.say('  … still; does the database answer?'), SLOW_MIGRATION_MS);
    const migrations = services.map((service) => this.migrateService(plan, service, aborted));
    await Promise.allSettled(migrations).finally(() => clearTimeout(waiting));
    await Promise.all(migrations);
  }

  private async migrateService(plan: PlanInput, service: string, aborted: AbortSignal): Promise<void> {
    const program = programOf(service);
    if (!existsSync(program)) throw new Failure(`${program} is missing: npm run build.`);
    const result = await attempt([process.execPath, program, 'migrate'], {
      env: serviceEnvironment(plan, `${service}-migrate`),
      signal: aborted,
    });
    aborted.throwIfAborted();
    if (result.code !== 0)
      throw new Failure(`${service} could not migrate: ${lastWords(`${result.stdout}${result.stderr}`)}`);
  }

  private async untilHealthy(plan: PlanInput, hosts: readonly LabHost[], aborted: AbortSignal): Promise<void> {
    const { natsUrl, credentials } = plan;
    const expected = [...servicesOf(this.settings), ...hosts.map(({ name }) => `node-agent@${name}`)];
    const health = await CloudHealth.connect(natsUrl, credentials).catch((error: unknown) => {
      throw new Failure(
        `NATS does not answer (WEFT_NATS_URL, ${withoutPassword(natsUrl)}): ${(error as Error).message}.`,
      );
    });
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    try {
      if (this.settings.natsUrl !== null && !(await health.hasJetStream()))
        throw new Failure(`NATS has no JetStream (WEFT_NATS_URL, ${withoutPassword(natsUrl)}): nats-server -js.`);
      for (;;) {
        const answers = await health.ask(300, (sofar) => whatIsMissing(expected, sofar).length === 0);
        const missing = whatIsMissing(expected, answers);
        if (missing.length === 0) return;
        aborted.throwIfAborted();
        const hopeless = this.processes.find(({ restarts }) => restarts >= TOO_MANY_RESTARTS);
        if (hopeless) throw new Failure(`${hopeless.name} does not start: ${this.logOf(hopeless.name)}`);
        if (Date.now() > deadline)
          throw new Failure(`Not healthy after ${HEALTHY_WITHIN_MS / 1_000} s: ${missing.join('; ')}.`);
      }
    } finally {
      await health.close();
    }
  }

  private logOf(name: string): string {
    return lastWords(readFileSync(join(this.home.logs, `${name}.log`), 'utf8'));
  }
}

const withoutPassword = (urls: string): string => urls.replace(/\/\/[^@/]*@/g, '//');
