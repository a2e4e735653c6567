import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Home } from './home';
import type { Keystone } from './settings';

/** The passwords of the first users, made once per state directory. */
export interface Passwords {
  readonly admin: string;
  readonly demo: string;
}

const secret = () => randomBytes(15).toString('base64url');

export function passwordsOf(home: Home): Passwords {
  if (!existsSync(home.credentials))
    writeFileSync(home.credentials, JSON.stringify({ admin: secret(), demo: secret() }), { mode: 0o600 });
  return JSON.parse(readFileSync(home.credentials, 'utf8')) as Passwords;
}

/** Somebody whom identity knows, under the name of his cloud in `clouds.yaml`. */
interface Account {
  readonly cloud: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  readonly userDomain: string;
  readonly projectDomain: string;
}

/** The first one is the default: the administrator, or with a Keystone the user as whom Weft asks it. */
export function accountsOf(passwords: Passwords, keystone: Keystone | null): readonly Account[] {
  if (keystone) return [{ cloud: 'weft', ...keystone }];
  const own = (cloud: string, name: 'admin' | 'demo'): Account => ({
    ...{ cloud, username: name, password: passwords[name], project: name },
    ...{ userDomain: 'Default', projectDomain: 'Default' },
  });
  return [own('weft', 'admin'), own('weft-demo', 'demo')];
}

/** Writes `openrc` (`. openrc demo` for another than the first) and `clouds.yaml`, both for their owner only. */
export function writeCredentials(home: Home, accounts: readonly Account[], authUrl: string): void {
  writeFileSync(home.openrc, openrc(accounts, authUrl), { mode: 0o600 });
  writeFileSync(home.cloudsYaml, cloudsYaml(accounts, authUrl), { mode: 0o600 });
}

/** As one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const shellCase = (account: Account, first: boolean): string =>
  `  ${first ? '*' : quoted(account.username)}) export OS_USERNAME=${quoted(account.username)} OS_PASSWORD=${quoted(account.password)} ` +
  `OS_PROJECT_NAME=${quoted(account.project)} ` +
  `OS_USER_DOMAIN_NAME=${quoted(account.userDomain)} OS_PROJECT_DOMAIN_NAME=${quoted(account.projectDomain)} ;;`;

const openrc = ([first, ...others]: readonly Account[], authUrl: string): string => `# Written by weft at each start.
# . .weft/openrc [${[first!, ...others].map(({ username }) => username).join('|')}]        default: ${first!.username}
case "\${1:-}" in
${[...others.map((one) => shellCase(one, false)), shellCase(first!, true)].join('\n')}
esac
export OS_AUTH_URL=${quoted(authUrl)}
export OS_REGION_NAME=RegionOne OS_IDENTITY_API_VERSION=3
`;

/** Texts are written as JSON, which YAML reads. */
const cloudOf = (account: Account, authUrl: string): string => `  ${account.cloud}:
    auth:
      auth_url: ${authUrl}
      username: ${JSON.stringify(account.username)}
      password: ${JSON.stringify(account.password)}
      project_name: ${JSON.stringify(account.project)}
      user_domain_name: ${JSON.stringify(account.userDomain)}
      project_domain_name: ${JSON.stringify(account.projectDomain)}
    region_name: RegionOne
    identity_api_version: 3
`;

const cloudsYaml = (accounts: readonly Account[], authUrl: string): string =>
  `# Written by weft at each start. openstack --os-cloud weft …
clouds:
${accounts.map((account) => cloudOf(account, authUrl)).join('')}`;
