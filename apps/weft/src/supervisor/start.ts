import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@weft/lab';
import { Cloud } from './cloud';
import type { Home } from './home';
import { REPOSITORY, openHome } from './home';
import { runningSupervisor } from './run-file';
import { authUrlOf, servicesOf } from './plan';
import type { Settings, StartOptions } from './settings';
import { readSettings } from './settings';

type Say = (line: string) => void;

/** Messages of a detached supervisor to the command that started it. */
type Progress = { readonly say: string } | { readonly ready: true } | { readonly failed: string };

/** What a start will do, in a few lines. */
export const announcement = (home: Home, settings: Settings): string[] => [
  `Weft starts on this machine; its state is in ${home.dir}`,
  `  PostgreSQL  ${settings.databaseUrl === null ? 'a private one' : 'yours (WEFT_DATABASE_URL)'}`,
  `  NATS        ${settings.natsUrl === null ? 'a private one' : 'yours (WEFT_NATS_URL)'}`,
  `  identity    ${settings.keystone === null ? "Weft's own" : `yours (${settings.keystone.url})`}`,
  `  services    ${servicesOf(settings).join(', ')}`,
  settings.withoutLab === null
    ? `  lab         ${settings.hosts === 1 ? '1 host with a node agent' : `${settings.hosts} hosts with a node agent each`}`
    : `  lab         none, the control plane alone: ${settings.withoutLab}`,
];

/** The next three commands: for a first start the first network, for a later one what is there. */
const nextCommands = (settings: Settings, first: boolean): string[] => {
  if (!first)
    return [
      'openstack network list',
      settings.hosts > 0 ? 'npx weft instance list' : 'openstack port list',
      'npx weft status',
    ];
  return [
    'openstack network create blue',
    'openstack subnet create blue --network blue --subnet-range 10.0.0.0/24',
    settings.hosts > 0 ? 'npx weft instance boot vm1 --network blue' : 'npx weft status',
  ];
};

const farewell = (home: Home, settings: Settings, first: boolean): string[] => {
  const { host, port } = settings.api;
  const source = `. ${home.openrc}`;
  const next = nextCommands(settings, first);
  return [
    '',
    `Ready. API http://${host}:${port}, identity ${authUrlOf(settings)}`,
    `Credentials: ${home.openrc} and ${home.cloudsYaml}`,
    `Try:  ${source}`,
    ...next.map((line) => `      ${line}`),
  ];
};

/** `npm start`: runs the cloud until SIGINT or SIGTERM, or starts it in the background. */
export async function start(options: StartOptions, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const settings = readSettings(options, env);
  const home = openHome(env);
  const running = runningSupervisor(home.runFile);
  if (running) throw new Failure(`Weft runs already (pid ${running.pid}, ${running.apiUrl}); npm run stop ends it.`);
  const say: Say = (line) => console.log(line);
  // Credentials are written once: where they are, there has been a cloud before.
  const first = !existsSync(home.openrc);
  announcement(home, settings).forEach(say);
  if (settings.detach) await startDetached(home, say);
  else await runUntilAsked(home, settings, env, say, () => farewell(home, settings, first).forEach(say));
  if (settings.detach) farewell(home, settings, first).forEach(say);
}

/** Runs the cloud in this process; resolves when it has been asked to end and nothing is left. */
async function runUntilAsked(
  home: Home,
  settings: Settings,
  env: NodeJS.ProcessEnv,
  say: Say,
  ready: () => void,
): Promise<void> {
  const abort = new AbortController();
  const asked = new Promise<void>((resolve) => {
    const onSignal = (signal: string) => {
      // A second Ctrl-C changes nothing: ending in order is bounded in time.
      if (!abort.signal.aborted) say(`${signal}: ending everything`);
      abort.abort(new Failure('The start was given up.'));
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => onSignal(signal));
  });
  // Neither servers nor signal handlers keep a process alive, and between two lives of everything there is no pipe, either.
  const alive = setInterval(() => undefined, 60_000);
  const cloud = await Cloud.start(home, settings, env, say, abort.signal);
  ready();
  await asked;
  await cloud.stop();
  clearInterval(alive);
  say('Nothing is left running');
}

/** The body of the detached supervisor: its stdout is a log file, its progress goes to the command that waits. */
export async function runDetached(options: StartOptions, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const tell = (progress: Progress) => {
    if (process.connected) process.send?.(progress);
  };
  const say: Say = (line) => {
    console.log(`${new Date().toISOString()} ${line}`);
    tell({ say: line });
  };
  try {
    const settings = readSettings(options, env);
    await runUntilAsked(openHome(env), settings, env, say, () => {
      tell({ ready: true });
      process.disconnect?.();
    });
  } catch (error) {
    tell({ failed: error instanceof Failure ? error.message : String((error as Error).stack) });
    throw error;
  }
}

/** Starts a supervisor of its own session and waits until it is ready. */
function startDetached(home: Home, say: Say): Promise<void> {
  const log = openSync(join(home.logs, 'supervisor.log'), 'a', 0o600);
  const args = [join(REPOSITORY, 'apps/weft/bin/supervise.mjs'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log, 'ipc'], cwd: '/' });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.on('message', (message: Progress) => {
      if ('say' in message) say(message.say);
      else if ('failed' in message) reject(new Failure(message.failed));
      else {
        child.removeAllListeners('exit');
        child.unref();
        resolve();
      }
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Failure(`The supervisor ended with code ${code}; see ${home.logs}/supervisor.log.`)),
    );
    // Ctrl-C while it starts gives the start up.
    process.once('SIGINT', () => child.kill('SIGTERM'));
    process.once('SIGTERM', () => child.kill('SIGTERM'));
  });
}
