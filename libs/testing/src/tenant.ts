import { randomUUID } from 'node:crypto';
import { ApiClient } from '@weft/lab';

/** A project of its own with one user in it. */
export interface Tenant {
  readonly projectId: string;
  readonly api: ApiClient;
}

/** Makes a project and a user with these roles in it, by the Identity API. */
export async function makeTenant(
  authUrl: string,
  adminToken: string,
  roles: readonly string[] = ['member', 'reader'],
): Promise<Tenant> {
  const v3 = `${authUrl.replace(/\/$/, '').replace(/\/v3$/, '')}/v3`;
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${v3}${path}`, {
      method,
      headers: { 'x-auth-token': adminToken, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const [name, password] = [`tenant-${randomUUID()}`, randomUUID()];
  const { project } = await ask<{ project: { id: string } }>('POST', '/projects', { project: { name } });
  const { user } = await ask<{ user: { id: string } }>('POST', '/users', { user: { name, password } });
  const known = await ask<{ roles: { id: string; name: string }[] }>('GET', '/roles');
  for (const role of roles) {
    const found = known.roles.find((each) => each.name === role);
    if (!found) throw new Error(`there is no role ${role}`);
    await ask('PUT', `/projects/${project.id}/users/${user.id}/roles/${found.id}`);
  }
  const credentials = { username: name, password, projectName: name, userDomain: 'Default', projectDomain: 'Default' };
  return { projectId: project.id, api: new ApiClient({ authUrl, ...credentials }) };
}
