import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Named } from '../auth/principal.repository';
import { RevocationNotices } from '../auth/revocation-notices';
import { hashSecret } from '../auth/secret';
import type { LiveToken } from '../auth/token.service';
import { badRequest, forbidden, notFound } from '../http/identity-error';
import type { ApplicationCredential } from './application-credential.entity';
import { ApplicationCredentialRepository } from './application-credential.repository';

export interface NewCredential {
  readonly name: string;
  readonly secret?: string | null;
  readonly description?: string | null;
  readonly expires_at?: string | null;
  readonly roles?: readonly { readonly id?: string; readonly name?: string }[] | null;
  readonly unrestricted?: boolean;
  readonly access_rules?: readonly unknown[] | null;
}

@Injectable()
export class ApplicationCredentialService {
  constructor(
    private readonly credentials: ApplicationCredentialRepository,
    private readonly notices: RevocationNotices,
  ) {}

  list = (userId: string, name: string | undefined) => this.credentials.ofUser(userId, name);

  /** @throws Not Found, also for the credential of somebody else */
  async get(userId: string, id: string): Promise<ApplicationCredential> {
    const credential = await this.credentials.find(id);
    if (credential?.userId !== userId) throw notFound('application credential', id);
    return credential;
  }

  /** For the project of the caller's token, with roles that it has. The secret is told this once. */
  async create(
    caller: LiveToken,
    wanted: NewCredential,
  ): Promise<{ credential: ApplicationCredential; secret: string }> {
    mayManage(caller, 'identity:create_application_credential');
    const projectId = caller.names.project?.id;
    if (projectId === undefined)
      throw badRequest('An application credential needs a token that is scoped to a project.');
    // Rules that are accepted and not kept would be worse than none.
    if (wanted.access_rules && wanted.access_rules.length > 0) throw badRequest('access_rules are not supported.');
    const secret = wanted.secret ?? randomBytes(48).toString('base64url');
    const credential = await this.credentials.insert({
      userId: caller.user.id,
      projectId,
      name: wanted.name,
      description: wanted.description ?? null,
      secretHash: await hashSecret(secret),
      roleIds: rolesOf(caller.roles, wanted.roles).map(({ id }) => id),
      expiresAt: expiryOf(wanted.expires_at),
      unrestricted: wanted.unrestricted ?? false,
    });
    return { credential, secret };
  }

  async delete(caller: LiveToken, userId: string, id: string): Promise<void> {
    mayManage(caller, 'identity:delete_application_credential');
    await this.get(userId, id);
    await this.credentials.delete(id);
    this.notices.publish({ userIds: [userId] });
  }
}

/** A restricted credential must not be able to make itself another. */
function mayManage({ applicationCredential }: LiveToken, action: string): void {
  if (applicationCredential && !applicationCredential.unrestricted) throw forbidden(action);
}

function rolesOf(held: readonly Named[], wanted: NewCredential['roles']): readonly Named[] {
  if (!wanted || wanted.length === 0) return held;
  return wanted.map(({ id, name }) => {
    const role = held.find((each) => (id !== undefined ? each.id === id : each.name === name));
    if (!role) throw notFound('role', id ?? name ?? '');
    return role;
  });
}

function expiryOf(text: string | null | undefined): Date | null {
  if (text == null) return null;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(time.getTime()) || time.getTime() <= Date.now()) {
    throw badRequest(`Invalid input for field 'expires_at': '${text}' is no time to come.`);
  }
  return time;
}
