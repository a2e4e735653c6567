import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt, run } from './command';
import type { Daemon } from './daemon';
import { dieWithParent, startDaemon } from './daemon';
import { freePort } from './ports';
import { end, processInfo } from './process';

export interface PostgresOptions {
  /** Everything of this server lives here: `data/`, `run/` (socket), `password`, `log`. */
  readonly dir: string;
  /** On 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Name of the database that is created. Default `weft`. */
  readonly database?: string;
  /** Over the server's own settings: PostgreSQL's parameters by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  /** `postgresql://…` for `WEFT_DATABASE_URL`, password included. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Directory of the unix socket. */
  readonly socketDir: string;
  readonly exited: Daemon['exited'];
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

/** Where the server sees `dir`: PostgreSQL refuses to run as root, and its user may not pass e.g. /root (0700). */
const MOUNT_POINT = '/mnt';
const USER = 'weft';

/**
 * For two cores and a small machine. Durability is PostgreSQL's own: fsync and synchronous_commit stay on, because an
 * acknowledged write must outlive `kill -9` of anything.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  max_connections: '60',
  shared_buffers: '96MB',
  effective_cache_size: '512MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  wal_buffers: '4MB',
  max_wal_size: '512MB',
  checkpoint_timeout: '5min',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '2',
  random_page_cost: '1.1',
  jit: 'off',
  password_encryption: 'scram-sha-256',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] %d ',
};

/**
 * Starts a private PostgreSQL, making its cluster once. A server that an earlier owner left running on the same data is
 * ended first; a stale pid file is PostgreSQL's to judge, and crash recovery is its own.
 * @throws Error with the server's last words when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { dir } = options;
  const bin = postgresBinaries();
  const owner = unprivilegedOwner();
  const place = (name: string) => join(dir, name);
  for (const name of ['', 'data', 'run']) mkdirSync(place(name), { recursive: true, mode: 0o700 });
  if (owner) for (const name of ['', 'data', 'run']) chownSync(place(name), owner.uid, owner.gid);
  await endLeftover(place('data'));

  const password = passwordOf(place('password'));
  const inside = owner ? MOUNT_POINT : dir;
  const asOwner = (argv: readonly string[]): string[] => (owner ? mounted(dir, owner, argv) : [...argv]);
  if (!existsSync(place('data/PG_VERSION'))) await makeCluster(bin, inside, asOwner, password, place('data'), owner);

  const port = options.port ?? (await freePort());
  const logFile = place('log');
  const server = ['postgres', '-D', `${inside}/data`, '-k', `${inside}/run`, '-p', String(port)];
  const settings = Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const saidSoFar = () => statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const launch = () =>
    startDaemon(asOwner([...dieWithParent('INT'), join(bin, 'postgres'), ...server.slice(1), ...settings]), {
      logFile,
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    });

  const psql = (database: string, sql: string) =>
    attempt([join(bin, 'psql'), '-h', '127.0.0.1', '-p', String(port), '-U', USER, '-d', database, '-XAtqc', sql], {
      env: { ...process.env, PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' },
    });
  const daemon = await launchedOnceFree(async () => {
    const before = saidSoFar();
    const started = await launch();
    const words = () => readFileSync(logFile).subarray(before).toString('utf8').trim();
    await untilItAnswers(started, words, () => psql('postgres', 'select 1'));
    return started;
  });
  const database = options.database ?? 'weft';
  const created = await psql('postgres', `create database "${database}"`);
  if (created.code !== 0 && !created.stderr.includes('already exists')) throw new Error(created.stderr.trim());

  return {
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`,
    port,
    pid: daemon.info.pid,
    socketDir: place('run'),
    exited: daemon.exited,
    stop: () => daemon.end('SIGINT'),
  };
}

/** Directory of the newest installed server's programs. */
export function postgresBinaries(): string {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base)
    ? readdirSync(base)
        .filter((name) => existsSync(join(base, name, 'bin/postgres')))
        .sort((a, b) => Number(b) - Number(a))
    : [];
  if (versions[0] === undefined) throw new Error('PostgreSQL is not installed (Debian package: postgresql)');
  return join(base, versions[0], 'bin');
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Null when we are not root and PostgreSQL can run as ourselves. */
function unprivilegedOwner(): Owner | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const entry = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([user]) => user === name);
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error('neither the user postgres nor nobody exists: PostgreSQL refuses to run as root');
}

/** The command as `owner`, in a mount namespace of its own where `dir` is {@link MOUNT_POINT}. */
const mounted = (dir: string, owner: Owner, argv: readonly string[]): string[] => [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-euc'],
  // The chain of exec keeps the pid, so that the server is our own child.
  `mount --bind "$1" ${MOUNT_POINT}; cd ${MOUNT_POINT}; shift; exec "$@"`,
  ...['weft', dir, 'setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...argv],
];

function passwordOf(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

async function makeCluster(
  bin: string,
  inside: string,
  asOwner: (argv: readonly string[]) => string[],
  password: string,
  dataDir: string,
  owner: Owner | null,
): Promise<void> {
  // A cluster whose making was cut short has files but no PG_VERSION, or one without the final touch: begin again.
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { mode: 0o700 });
  if (owner) chownSync(dataDir, owner.uid, owner.gid);
  const passwordFile = join(dataDir, '..', 'run', 'initdb-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner) chownSync(passwordFile, owner.uid, owner.gid);
  chmodSync(passwordFile, 0o600);
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', `--username=${USER}`];
  try {
    await run(
      asOwner([join(bin, 'initdb'), '-D', `${inside}/data`, ...options, `--pwfile=${inside}/run/initdb-password`]),
    );
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** A postmaster left by a killed owner, known by its working directory: the very inode of our data directory. */
async function endLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const info = processInfo(Number(readFileSync(pidFile, 'utf8').split('\n')[0]));
  if (info === null) return;
  const ours = statSync(dataDir);
  try {
    const theirs = statSync(`/proc/${info.pid}/cwd/.`);
    if (theirs.dev !== ours.dev || theirs.ino !== ours.ino) return;
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
  await end(info, 'SIGINT', 10_000);
}

/**
 * The last processes of a server that was killed may hold its shared memory for some moments more. They write their
 * own last words into the same log meanwhile, so all that was said since the launch is searched for the reason.
 */
async function launchedOnceFree(launch: () => Promise<Daemon>): Promise<Daemon> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await launch();
    } catch (error) {
      const held = String(error).includes('pre-existing shared memory block');
      if (!held || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

async function untilItAnswers(
  daemon: Daemon,
  words: () => string,
  ask: () => Promise<{ readonly code: number; readonly stderr: string }>,
): Promise<void> {
  let ended = false;
  void daemon.exited.then(() => (ended = true));
  // Crash recovery may have much to read: a minute, as long as the server lives.
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer.code === 0) return;
    if (ended) throw new Error(`PostgreSQL did not start: ${words()}`);
    if (Date.now() > deadline) {
      await daemon.end('SIGINT');
      throw new Error(`PostgreSQL does not answer: ${answer.stderr.trim()}; its log says: ${words()}`);
    }
    await sleep(50);
  }
}
