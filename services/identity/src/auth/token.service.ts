import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApplicationCredentialRepository } from '../application-credential/application-credential.repository';
import { IdentitySettings } from '../identity.settings';
import { PrincipalRepository, type Named, type Principal, type ScopeNames } from './principal.repository';
import { RevocationNotices } from './revocation-notices';
import { SigningKeys } from './signing-keys';
import { decodeToken, encodeToken, type Claims, type Scope } from './token-codec';

/** A token that holds, with everything that follows from it now. */
export interface LiveToken {
  readonly claims: Claims;
  readonly user: Principal;
  readonly names: ScopeNames;
  /** Implied ones included. */
  readonly roles: readonly Named[];
  readonly applicationCredential?: { readonly id: string; readonly name: string; readonly unrestricted: boolean };
}

export interface IssueRequest {
  readonly methods: readonly string[];
  readonly userId: string;
  readonly scope: Scope;
  readonly applicationCredentialId?: string;
  /** The token that is exchanged: the new one does not outlive it. */
  readonly parent?: Claims;
  /** Milliseconds since the epoch; the new one does not outlive this. */
  readonly notAfter?: number;
}

/** Issues, reads and revokes tokens. A token is read against the database each time: whatever ended meanwhile, ends it. */
@Injectable()
export class TokenService {
  constructor(
    private readonly keys: SigningKeys,
    private readonly principals: PrincipalRepository,
    private readonly credentials: ApplicationCredentialRepository,
    private readonly notices: RevocationNotices,
    private readonly settings: IdentitySettings,
  ) {}

  /** Null: the user has nothing to do in that scope. */
  async issue(request: IssueRequest): Promise<{ readonly token: string; readonly live: LiveToken } | null> {
    const user = await this.principals.user({ id: request.userId });
    if (!user) return null;
    // Whole seconds are what clients see; both ends of the interval are cut alike.
    const issuedAt = Date.now();
    const claims: Claims = {
      auditId: randomBytes(16).toString('base64url'),
      ...(request.parent && { parentAuditId: request.parent.auditId }),
      methods: request.methods,
      userId: user.id,
      epoch: user.epoch,
      scope: request.scope,
      ...(request.applicationCredentialId !== undefined && {
        applicationCredentialId: request.applicationCredentialId,
      }),
      issuedAt,
      expiresAt: Math.min(
        issuedAt + this.settings.tokenMs,
        request.parent?.expiresAt ?? Infinity,
        request.notAfter ?? Infinity,
      ),
    };
    const live = await this.resolve(claims, user);
    const { id, secret } = this.keys.current;
    return live && { token: encodeToken(claims, id, secret), live };
  }

  /** Null for a text that is no token, and for one which holds no longer. */
  async read(token: string, options: { readonly allowExpired?: boolean } = {}): Promise<LiveToken | null> {
    const claims = decodeToken(token, this.keys.find);
    if (!claims || (claims.expiresAt <= Date.now() && !options.allowExpired)) return null;
    const user = await this.principals.user({ id: claims.userId });
    if (!user || user.epoch !== claims.epoch) return null;
    if (await this.principals.isRevoked(claims.auditId)) return null;
    return this.resolve(claims, user);
  }

  async revoke(token: string, { claims }: LiveToken): Promise<void> {
    await this.principals.revoke(claims.auditId, new Date(claims.expiresAt));
    this.notices.publish({ tokens: [createHash('sha256').update(token).digest('hex')] });
  }

  private async resolve(claims: Claims, user: Principal): Promise<LiveToken | null> {
    const { scope, applicationCredentialId } = claims;
    const names = await this.principals.scope(scope);
    if (!names) return null;
    const roles = await this.principals.roles(user.id, scope);
    if (scope.kind !== 'none' && roles.length === 0) return null;
    if (applicationCredentialId === undefined) return { claims, user, names, roles };

    const credential = await this.credentials.find(applicationCredentialId);
    if (!credential || (credential.expiresAt && credential.expiresAt.getTime() <= Date.now())) return null;
    // Never more than the user has by now.
    const granted = await this.principals.withImplied(credential.roleIds);
    const held = granted.filter(({ id }) => roles.some((role) => role.id === id));
    if (held.length === 0) return null;
    const { id, name, unrestricted } = credential;
    return { claims, user, names, roles: held, applicationCredential: { id, name, unrestricted } };
  }
}
