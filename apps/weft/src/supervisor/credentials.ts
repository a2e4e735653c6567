import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Home } from './home';

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

/** Writes `openrc` (admin; `. openrc demo` for the tenant) and `clouds.yaml`, both for their owner only. */
export function writeCredentials(home: Home, passwords: Passwords, authUrl: string): void {
  writeFileSync(home.openrc, openrc(passwords, authUrl), { mode: 0o600 });
  writeFileSync(home.cloudsYaml, cloudsYaml(passwords, authUrl), { mode: 0o600 });
}

export const openrc = (passwords: Passwords, authUrl: string): string => `# Written by weft at each start.
# . ${'.weft/openrc'} [admin|demo]        default: admin
case "\${1:-admin}" in
  demo) export OS_USERNAME=demo OS_PROJECT_NAME=demo OS_PASSWORD='${passwords.demo}' ;;
  *) export OS_USERNAME=admin OS_PROJECT_NAME=admin OS_PASSWORD='${passwords.admin}' ;;
esac
export OS_AUTH_URL='${authUrl}'
export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default
export OS_REGION_NAME=RegionOne OS_IDENTITY_API_VERSION=3
`;

const cloud = (name: string, user: string, password: string, authUrl: string): string => `  ${name}:
    auth:
      auth_url: ${authUrl}
      username: ${user}
      password: ${password}
      project_name: ${user}
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    identity_api_version: 3
`;

export const cloudsYaml = (passwords: Passwords, authUrl: string): string =>
  `# Written by weft at each start. openstack --os-cloud weft …
clouds:
${cloud('weft', 'admin', passwords.admin, authUrl)}${cloud('weft-demo', 'demo', passwords.demo, authUrl)}`;
