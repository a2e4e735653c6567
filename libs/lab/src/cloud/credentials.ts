import { existsSync, readFileSync } from 'node:fs';

/** What a password login takes. */
export interface Credentials {
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly projectName: string;
  readonly userDomain: string;
  readonly projectDomain: string;
}

/** `OS_*` variables as clients know them; null when they do not make up a login. */
export function credentialsFromEnvironment(env: NodeJS.ProcessEnv): Credentials | null {
  const { OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME } = env;
  if (!OS_AUTH_URL || !OS_USERNAME || !OS_PASSWORD || !OS_PROJECT_NAME) return null;
  return {
    authUrl: OS_AUTH_URL,
    username: OS_USERNAME,
    password: OS_PASSWORD,
    projectName: OS_PROJECT_NAME,
    userDomain: env.OS_USER_DOMAIN_NAME ?? 'Default',
    projectDomain: env.OS_PROJECT_DOMAIN_NAME ?? 'Default',
  };
}

/**
 * A cloud of the `clouds.yaml` that `npm start` writes. Reads that file's own plain layout (two levels of `key: value`, texts as in JSON), not
 * YAML at large: a file of somebody else's is read by exporting its `OS_*` variables.
 */
export function credentialsFromCloudsYaml(path: string, cloud: string): Credentials | null {
  if (!existsSync(path)) return null;
  const values = new Map<string, string>();
  let inside = false;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const name = /^ {2}(\S+):\s*$/.exec(line)?.[1];
    if (name !== undefined) inside = name === cloud;
    const [, key, value] = /^\s{4,}(\w+): (.+)$/.exec(line) ?? [];
    if (!inside || key === undefined || value === undefined) continue;
    values.set(key, value.startsWith('"') ? (JSON.parse(value) as string) : value);
  }
  const get = (key: string) => values.get(key) ?? '';
  if (!values.has('auth_url')) return null;
  return {
    authUrl: get('auth_url'),
    username: get('username'),
    password: get('password'),
    projectName: get('project_name'),
    userDomain: get('user_domain_name') || 'Default',
    projectDomain: get('project_domain_name') || 'Default',
  };
}
