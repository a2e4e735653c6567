import { ApiClient, Failure, LabCloud, credentialsFromCloudsYaml, credentialsFromEnvironment } from '@weft/lab';
import type { Hosts, Instances } from '@weft/lab';
import { openHome } from '../supervisor/home';
import { labOf } from '../supervisor/restore';

/** What verbs act on: the API as the caller, the lab as its operator. */
export interface Session {
  readonly api: ApiClient;
  readonly hosts: Hosts;
  readonly instances: Instances;
  readonly cloud: LabCloud;
}

/** The API with the caller's `OS_*`; without them as the administrator of `.weft/clouds.yaml`. */
export function apiClient(env: NodeJS.ProcessEnv): ApiClient {
  const home = openHome(env);
  const credentials = credentialsFromEnvironment(env) ?? credentialsFromCloudsYaml(home.cloudsYaml, 'weft');
  if (credentials === null)
    throw new Failure(
      `No credentials: set OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME, or npm start (${home.cloudsYaml}).`,
    );
  return new ApiClient(credentials);
}

/** @throws Failure when the lab cannot be acted on */
export function labSession(env: NodeJS.ProcessEnv): Omit<Session, 'api' | 'cloud'> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Failure('The lab is namespaces of Linux: only root can act on it.');
  return labOf(openHome(env));
}

export function openSession(env: NodeJS.ProcessEnv): Session {
  const lab = labSession(env);
  const api = apiClient(env);
  // A tenant may not bind ports: as with any compute service, an administrator does it.
  const admin = credentialsFromCloudsYaml(openHome(env).cloudsYaml, 'weft');
  return { ...lab, api, cloud: new LabCloud(api, admin ? new ApiClient(admin) : api, lab.hosts, lab.instances) };
}
