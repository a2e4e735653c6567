import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '@weft/lab';

/** Grows when the layout of the state directory changes so that an older Weft could not read it, or we not an older one. */
const FORMAT = '1';

/** The repository: `apps/weft/dist/supervisor` → four up. */
export const REPOSITORY = resolve(__dirname, '..', '..', '..', '..');

/** Places under the state directory (`.weft`, or `WEFT_HOME`). */
export interface Home {
  readonly dir: string;
  readonly postgres: string;
  readonly nats: string;
  /** Of the private broker's users. */
  readonly natsCredentials: string;
  readonly logs: string;
  readonly openrc: string;
  readonly cloudsYaml: string;
  readonly credentials: string;
  readonly runFile: string;
  /** State of host k's agent: `hosts/<host>`. */
  readonly hosts: string;
  /** Metadata of the lab's instances: `<dir>/<instance id>/<path>`. */
  readonly metadata: string;
}

/** Where the state directory is, whether or not it exists. */
export const homePath = (env: NodeJS.ProcessEnv): string => resolve(env.WEFT_HOME ?? join(REPOSITORY, '.weft'));

/**
 * Opens the state directory, making it when it is not there.
 * @throws Failure when it is not ours: made by another version, or somebody's other directory
 */
export function openHome(env: NodeJS.ProcessEnv): Home {
  const path = homePath(env);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Failure(`The state directory ${path} cannot be made: ${(error as Error).message}.`);
  }
  const dir = realpathSync(path);
  const mark = join(dir, 'format');
  if (existsSync(mark)) {
    const format = readFileSync(mark, 'utf8').trim();
    if (format !== FORMAT)
      throw new Failure(
        `${dir} is of state format ${format}, this Weft knows ${FORMAT}: move it away, or set WEFT_HOME.`,
      );
  } else if (readdirSync(dir).some((name) => name !== 'bench.json')) {
    throw new Failure(`${dir} is not empty and not a state directory of Weft: move it away, or set WEFT_HOME.`);
  } else {
    writeFileSync(mark, `${FORMAT}\n`, { mode: 0o600 });
  }
  const place = (name: string) => join(dir, name);
  const home: Home = {
    dir,
    postgres: place('postgres'),
    nats: place('nats'),
    natsCredentials: place('nats/credentials'),
    logs: place('log'),
    openrc: place('openrc'),
    cloudsYaml: place('clouds.yaml'),
    credentials: place('credentials.json'),
    runFile: place('run.json'),
    hosts: place('hosts'),
    metadata: place('metadata'),
  };
  for (const name of [home.logs, home.hosts, home.metadata]) mkdirSync(name, { recursive: true, mode: 0o700 });
  return home;
}
