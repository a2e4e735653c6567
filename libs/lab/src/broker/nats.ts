import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from '../daemon';
import { dieWithParent, startDaemon } from '../daemon';
import { freePort, portIsFree } from '../ports';
import { allProcesses, end, processInfo, signal } from '../process';
import type { BrokerCredentials } from './broker-credentials';

export interface NatsOptions {
  /** Everything of this server lives here: `nats.conf`, `jetstream/`, `log`. */
  readonly dir: string;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Whom it lets in, and what each may do. Default: anybody, everything. */
  readonly credentials?: BrokerCredentials | undefined;
  /** PEM files; with `ca`, clients must prove themselves by a certificate of that authority, too. Default: no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

export interface NatsServer {
  /** `nats://host:port` for `WEFT_NATS_URL`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Daemon['exited'];
  stop(): Promise<void>;
  /** Takes up changed credentials; nobody who keeps his is disconnected. */
  reload(): void;
}

/** Unique to the directory, so that a greeting tells our server from another one on the same port. */
const serverName = (dir: string): string => `weft-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;

const pidFile = (dir: string): string => join(dir, 'nats.pid');

const configuration = (
  { dir, credentials, tls }: NatsOptions,
  host: string,
  port: number,
): string => `# Written by weft at each start.
host: ${JSON.stringify(host)}
port: ${port}
server_name: ${serverName(dir)}
pid_file: ${JSON.stringify(pidFile(dir))}
max_payload: 1MB
write_deadline: "5s"
jetstream { store_dir: ${JSON.stringify(join(dir, 'jetstream'))}, max_memory_store: 64MB, max_file_store: 4GB }
${tls ? `tls ${JSON.stringify({ cert_file: tls.cert, key_file: tls.key, ...(tls.ca && { ca_file: tls.ca, verify: true }) })}\n` : ''}${
  credentials ? `include ${JSON.stringify(relative(dir, credentials.configuration))}\n` : ''
}`;

/**
 * Starts a private NATS with JetStream on files. A server that an earlier owner left running on the same directory is
 * ended first: two servers on one store would destroy it.
 * @throws Error with the server's last words when it does not come up.
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { dir, host = '127.0.0.1' } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const config = join(dir, 'nats.conf');
  for (const leftover of allProcesses().filter((info) => serves(dir, info.command))) await end(leftover);

  const port = options.port ?? (await freePort(host));
  // nats-server itself would log this and linger without its listener.
  if (!(await portIsFree(port, host))) throw new Error(`NATS did not start: ${host}:${port} is already in use`);
  writeFileSync(config, configuration(options, host, port), { mode: 0o600 });
  const logFile = join(dir, 'log');
  const daemon = await startDaemon([...dieWithParent('TERM'), 'nats-server', '-c', config], { logFile });
  await untilItAnswers(daemon, logFile, host, port, serverName(dir));
  return {
    url: `nats://${host}:${port}`,
    host,
    port,
    pid: daemon.info.pid,
    exited: daemon.exited,
    stop: () => daemon.end('SIGTERM'),
    reload: () => signal(daemon.info, 'SIGHUP'),
  };
}

/** Tells a server that somebody else has started on this directory to take up changed credentials. @returns false: none runs */
export function reloadNats(dir: string): boolean {
  if (!existsSync(pidFile(dir))) return false;
  const info = processInfo(Number(readFileSync(pidFile(dir), 'utf8')));
  if (!info || !serves(dir, info.command)) return false;
  signal(info, 'SIGHUP');
  return true;
}

const serves = (dir: string, command: readonly string[]): boolean =>
  (command[0] ?? '').endsWith('nats-server') && command.includes(join(dir, 'nats.conf'));

async function untilItAnswers(
  daemon: Daemon,
  logFile: string,
  host: string,
  port: number,
  name: string,
): Promise<void> {
  let ended = false;
  void daemon.exited.then(() => (ended = true));
  const deadline = Date.now() + 30_000;
  while (!(await greets(host, port, name))) {
    const lastWords = () => readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
    if (ended) throw new Error(`NATS did not start: ${lastWords()}`);
    if (Date.now() > deadline) {
      await daemon.end();
      throw new Error(`NATS does not answer; its log ends: ${lastWords()}`);
    }
    await sleep(20);
  }
}

/** A NATS server speaks first: `INFO {…}`. JetStream is up by the time the listener is. */
function greets(host: string, port: number, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1_000 });
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('data', (chunk) => {
      const greeting = chunk.toString('utf8');
      answer(greeting.startsWith('INFO ') && greeting.includes(`"server_name":"${name}"`));
    });
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
