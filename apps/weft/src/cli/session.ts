import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient, Failure, LabCloud, credentialsFromCloudsYaml, credentialsFromEnvironment } from '@weft/lab';
import type { Hosts, Instances } from '@weft/lab';
import { homePath, openHome } from '../supervisor/home';
import { labOf } from '../supervisor/restore';

/** What verbs act on: the API as the caller, the lab as its operator. */
export interface Session {
  readonly api: ApiClient;
  readonly hosts: Hosts;
  readonly instances: Instances;
  readonly cloud: LabCloud;
  /** Directory of what instances are told of themselves. */
  readonly metadata: string;
}

/** Where a start writes it; asking for it makes no directory. */
const cloudsYamlOf = (env: NodeJS.ProcessEnv): string => join(homePath(env), 'clouds.yaml');

/** The API with the caller's `OS_*`; without them as the administrator of `.weft/clouds.yaml`. */
export function apiClient(env: NodeJS.ProcessEnv): ApiClient {
  const credentials = credentialsFromEnvironment(env) ?? credentialsFromCloudsYaml(cloudsYamlOf(env), 'weft');
  if (credentials === null)
    throw new Failure(
      `No credentials: set OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME, or npm start (${cloudsYamlOf(env)}).`,
    );
  return new ApiClient(credentials);
}

/** @throws Failure when the lab cannot be acted on */
export function labSession(env: NodeJS.ProcessEnv): Pick<Session, 'hosts' | 'instances'> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Failure('The lab is namespaces of Linux: only root can act on it.');
  const path = homePath(env);
  if (!existsSync(path)) throw new Failure(`There is no ${path}: npm start, or set WEFT_HOME.`);
  return labOf(openHome(env));
}

export function openSession(env: NodeJS.ProcessEnv): Session {
  const lab = labSession(env);
  const api = apiClient(env);
  // A tenant may not bind ports: as with any compute service, an administrator does it.
  const admin = credentialsFromCloudsYaml(cloudsYamlOf(env), 'weft');
  refuseAnotherCloud(env, admin?.authUrl);
  const cloud = new LabCloud(api, admin ? new ApiClient(admin) : api, lab.hosts, lab.instances);
  return { ...lab, api, cloud, metadata: openHome(env).metadata };
}

/** Credentials of one cloud and hosts of another: a port would be made here and bound there, and names would mean others' instances. */
function refuseAnotherCloud(env: NodeJS.ProcessEnv, labUrl: string | undefined): void {
  const given = credentialsFromEnvironment(env)?.authUrl;
  if (given === undefined || labUrl === undefined || plain(given) === plain(labUrl)) return;
  throw new Failure(
    `OS_AUTH_URL is ${given}, but the lab in ${homePath(env)} belongs to ${labUrl}: set WEFT_HOME, or source that cloud's openrc.`,
  );
}

const plain = (url: string): string =>
  url.replace(/\/+$/, '').replace(/\/v3$/, '').replace('//localhost', '//127.0.0.1');
