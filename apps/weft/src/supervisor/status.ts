import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type HealthReply, SERVICE_NAMES } from '@weft/contracts';
import { BrokerCredentials, refusalsOf, tailOf } from '@weft/lab';
import type { Refusal } from '@weft/lab';
import { CloudHealth, keyOf } from './health';
import type { Home } from './home';
import { homePath, openHome } from './home';
import type { RunFile } from './run-file';
import { runningSupervisor } from './run-file';

/** One line of `npm run status`. */
export interface MemberStatus {
  readonly member: string;
  readonly instance: string | null;
  readonly version: string | null;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly health: 'healthy' | 'unhealthy' | 'silent';
  /** What is wrong, in words; empty when nothing is. */
  readonly why: string;
}

export interface CloudStatus {
  readonly running: boolean;
  readonly state: 'stopped' | 'starting' | 'ready' | 'stopping';
  readonly apiUrl: string | null;
  readonly authUrl: string | null;
  readonly members: readonly MemberStatus[];
  /** What the private broker has refused lately, the latest first. */
  readonly refusals: readonly Refusal[];
}

const STOPPED: CloudStatus = {
  running: false,
  state: 'stopped',
  apiUrl: null,
  authUrl: null,
  members: [],
  refusals: [],
};

const memberOf = (health: HealthReply): MemberStatus => ({
  member: keyOf(health),
  instance: health.instance,
  version: health.version,
  pid: health.pid,
  startedAt: health.startedAt,
  health: health.healthy ? 'healthy' : 'unhealthy',
  why: health.checks
    .filter(({ ok }) => !ok)
    .map(({ name, text }) => (text ? `${name}: ${text}` : name))
    .join('; '),
});

/** Each service and node agent as it speaks of itself; those that should be there and are silent as well. */
export async function cloudStatus(env: NodeJS.ProcessEnv): Promise<CloudStatus> {
  if (!existsSync(join(homePath(env), 'format'))) return STOPPED;
  const home = openHome(env);
  const running = runningSupervisor(home.runFile);
  if (!running) return STOPPED;
  const expected = [...SERVICE_NAMES, ...Array.from({ length: running.hosts }, (_, k) => `node-agent@host${k + 1}`)];
  const answers = await askAll(running, expected.length);
  const silent = expected
    .filter((key) => !answers.some((answer) => keyOf(answer) === key))
    .map((member): MemberStatus => ({
      ...{ member, instance: null, version: null, pid: null, startedAt: null },
      ...{ health: 'silent' as const, why: 'does not answer' },
    }));
  const members = [...answers.map(memberOf), ...silent].sort((a, b) => a.member.localeCompare(b.member));
  const { state, apiUrl, authUrl } = running;
  return { running: true, state, apiUrl, authUrl, members, refusals: refusalsIn(home) };
}

const refusalsIn = (home: Home): Refusal[] =>
  refusalsOf(tailOf(join(home.nats, 'log')), new BrokerCredentials(home.natsCredentials).users());

async function askAll({ natsUrl, natsCredentials }: RunFile, count: number): Promise<HealthReply[]> {
  if (natsUrl === null) return [];
  let check: CloudHealth;
  try {
    check = await CloudHealth.connect(
      natsUrl,
      natsCredentials === null ? null : new BrokerCredentials(natsCredentials),
    );
  } catch (error) {
    // The broker is down: then everybody is silent, which is what the answer will say.
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
  try {
    return await check.ask(1_500, (answers) => answers.length >= count);
  } finally {
    await check.close();
  }
}
