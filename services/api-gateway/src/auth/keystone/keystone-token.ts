import type { TokenIdentity } from '@weft/contracts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What we read of the `token` in Keystone's answer. */
interface KeystoneToken {
  readonly user: Named;
  readonly expires_at: string;
  readonly roles?: readonly Named[];
  readonly project?: Named & { readonly domain: Named };
  readonly domain?: Named;
  readonly system?: { readonly all?: boolean };
}

/**
 * Roles count on a project only: an `admin` of a domain, or one who reads the whole system, is not this cloud's network administrator
 * (the reference refuses their tokens wholly). That a token is of the system is kept, for rules of an operator's own that ask for it.
 *
 * @throws Error when the text is no token
 */
export function identityOf(text: string): TokenIdentity {
  const { token } = JSON.parse(text) as { readonly token?: KeystoneToken };
  if (typeof token?.user?.id !== 'string' || Number.isNaN(Date.parse(token.expires_at))) {
    throw new Error('the answer has no token with a user and an end');
  }
  const { user, project, domain, system, roles = [] } = token;
  return {
    userId: user.id,
    userName: user.name,
    projectId: project?.id ?? null,
    domainId: project?.domain.id ?? domain?.id ?? null,
    systemScope: system?.all === true,
    roles: project ? roles.map(({ name }) => name.toLowerCase()) : [],
    expiresAt: token.expires_at,
  };
}
