import { Injectable } from '@nestjs/common';
import { ApplicationCredentialRepository } from '../application-credential/application-credential.repository';
import type { ApplicationCredential } from '../application-credential/application-credential.entity';
import { badRequest, unauthorized } from '../http/identity-error';
import type { AuthRequest, IdentityPart, ScopePart } from './auth-request';
import { PrincipalRepository, type Reference } from './principal.repository';
import { isSecret } from './secret';
import type { Claims, Scope } from './token-codec';
import { TokenService, type LiveToken } from './token.service';

/** Who somebody has proven to be. */
interface Proven {
  readonly userId: string;
  readonly credential?: ApplicationCredential;
  readonly parent?: Claims;
}

/** `POST /v3/auth/tokens`: proofs of identity and a wanted scope become a token, or 401 without a reason. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly principals: PrincipalRepository,
    private readonly credentials: ApplicationCredentialRepository,
    private readonly tokens: TokenService,
  ) {}

  async authenticate(request: AuthRequest): Promise<{ readonly token: string; readonly live: LiveToken }> {
    const proven = await this.prove(request.identity);
    const scope = await this.scopeOf(request.scope, proven);
    const issued = await this.tokens.issue({
      methods: methodsOf(request.identity.methods, proven.parent),
      userId: proven.userId,
      scope,
      ...(proven.credential && { applicationCredentialId: proven.credential.id }),
      ...(proven.parent && { parent: proven.parent }),
      ...(proven.credential?.expiresAt && { notAfter: proven.credential.expiresAt.getTime() }),
    });
    if (!issued) throw unauthorized('no role on the scope, or it is disabled');
    return issued;
  }

  /** Each named method must succeed, and all for the same user. */
  private async prove(identity: IdentityPart): Promise<Proven> {
    let proven: Proven | undefined;
    for (const method of new Set(identity.methods)) {
      const next = await this.proveBy(method, identity);
      if (proven && proven.userId !== next.userId) throw unauthorized('methods prove different users');
      proven = { ...proven, ...next };
    }
    return proven!;
  }

  private async proveBy(method: string, identity: IdentityPart): Promise<Proven> {
    switch (method) {
      case 'password': {
        const { user } = identity.password ?? missing('password');
        const known = await this.principals.user(reference(user, 'user'));
        if (!(await isSecret(user.password, known?.passwordHash)))
          throw unauthorized(known ? 'wrong password' : 'no such user, or disabled');
        return { userId: known!.id };
      }
      case 'token': {
        const { id } = identity.token ?? missing('token');
        const live = await this.tokens.read(id);
        // A program's token is for what its credential is for, and nothing else.
        if (!live || live.applicationCredential) throw unauthorized('not a token to get others by');
        return { userId: live.user.id, parent: live.claims };
      }
      case 'application_credential': {
        const given = identity.application_credential ?? missing('application_credential');
        const credential = await this.findCredential(given);
        if (!(await isSecret(given.secret, credential?.secretHash)))
          throw unauthorized(credential ? 'wrong secret' : 'no such application credential');
        return { userId: credential!.userId, credential: credential! };
      }
      default:
        throw unauthorized('no such method');
    }
  }

  private async findCredential(given: NonNullable<IdentityPart['application_credential']>) {
    if (given.id !== undefined) return this.credentials.find(given.id);
    if (given.name === undefined || !given.user)
      throw badRequest('Expecting to find id, or name and user, in application_credential.');
    const user = await this.principals.user(reference(given.user, 'user'));
    return user && this.credentials.findByName(user.id, given.name);
  }

  private async scopeOf(scope: ScopePart | undefined, proven: Proven): Promise<Scope> {
    if (proven.credential) {
      if (scope !== undefined) throw unauthorized('an application credential has its own scope');
      return { kind: 'project', id: proven.credential.projectId };
    }
    if (scope === undefined) return this.defaultScope(proven.userId);
    if (scope === 'unscoped' || 'unscoped' in scope) return { kind: 'none' };
    if ('project' in scope) {
      const id = await this.principals.projectId(reference(scope.project, 'project'));
      if (id === null) throw unauthorized('no such project');
      return { kind: 'project', id };
    }
    if ('domain' in scope) {
      const id = await this.principals.domainId(scope.domain);
      if (id === null) throw unauthorized('no such domain');
      return { kind: 'domain', id };
    }
    if (scope.system.all !== true) throw badRequest('Expecting to find all in system.');
    return { kind: 'system' };
  }

  /** The user's default project if he has a role there, else none. */
  private async defaultScope(userId: string): Promise<Scope> {
    const user = await this.principals.user({ id: userId });
    if (!user || user.defaultProjectId === null) return { kind: 'none' };
    const scope: Scope = { kind: 'project', id: user.defaultProjectId };
    const usable = (await this.principals.scope(scope)) && (await this.principals.roles(userId, scope)).length > 0;
    return usable ? scope : { kind: 'none' };
  }
}

/** A token that was got by a token also names how that one was got. */
const methodsOf = (methods: readonly string[], parent: Claims | undefined): string[] =>
  Array.from(new Set([...methods, ...(parent?.methods ?? [])]));

const missing = (what: string): never => {
  throw badRequest(`Expecting to find ${what} in identity.`);
};

function reference(given: Reference, what: string): Reference {
  if (given.id === undefined && (given.name === undefined || (given.domain?.id ?? given.domain?.name) === undefined)) {
    throw badRequest(`Expecting to find id, or name and domain, in ${what}.`);
  }
  return given;
}
