import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemon';
import { dieWithParent, startDaemon } from './daemon';
import { freePort, portIsFree } from './ports';
import { allProcesses, end } from './process';

export interface NatsOptions {
  /** Everything of this server lives here: `nats.conf`, `jetstream/`, `log`. */
  readonly dir: string;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
}

export interface NatsServer {
  /** `nats://host:port` for `WEFT_NATS_URL`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Daemon['exited'];
  stop(): Promise<void>;
}

/** Unique to the directory, so that a greeting tells our server from another one on the same port. */
const serverName = (dir: string): string => `weft-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;

const configuration = (dir: string, host: string, port: number): string => `# Written by weft at each start.
host: ${JSON.stringify(host)}
port: ${port}
server_name: ${serverName(dir)}
pid_file: ${JSON.stringify(join(dir, 'nats.pid'))}
max_payload: 1MB
write_deadline: "5s"
jetstream { store_dir: ${JSON.stringify(join(dir, 'jetstream'))}, max_memory_store: 64MB, max_file_store: 4GB }
`;

/**
 * Starts a private NATS with JetStream on files. A server that an earlier owner left running on the same directory is
 * ended first: two servers on one store would destroy it.
 * @throws Error with the server's last words when it does not come up.
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { dir, host = '127.0.0.1' } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const config = join(dir, 'nats.conf');
  const mine = (command: readonly string[]) => (command[0] ?? '').endsWith('nats-server') && command.includes(config);
  for (const leftover of allProcesses().filter((info) => mine(info.command))) await end(leftover);

  const port = options.port ?? (await freePort(host));
  // nats-server itself would log this and linger without its listener.
  if (!(await portIsFree(port, host))) throw new Error(`NATS did not start: ${host}:${port} is already in use`);
  writeFileSync(config, configuration(dir, host, port), { mode: 0o600 });
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
  };
}

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
