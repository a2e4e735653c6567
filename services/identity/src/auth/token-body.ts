import type { Catalog } from '../catalog/catalog';
import type { LiveToken } from './token.service';

/** Identity's time format. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

/** The token as clients read it. */
export function tokenBody(live: LiveToken, catalog: Catalog | undefined): object {
  const { claims, user, names, roles, applicationCredential } = live;
  const scoped = claims.scope.kind !== 'none';
  return {
    token: {
      methods: claims.methods,
      user: { id: user.id, name: user.name, domain: user.domain, password_expires_at: null },
      audit_ids: [claims.auditId, ...(claims.parentAuditId === undefined ? [] : [claims.parentAuditId])],
      expires_at: timeText(claims.expiresAt),
      issued_at: timeText(claims.issuedAt),
      ...(names.project && { project: names.project, is_domain: false }),
      ...(names.domain && { domain: names.domain }),
      ...(claims.scope.kind === 'system' && { system: { all: true } }),
      ...(applicationCredential && {
        application_credential: {
          id: applicationCredential.id,
          name: applicationCredential.name,
          restricted: !applicationCredential.unrestricted,
        },
      }),
      ...(scoped && { roles, ...(catalog && { catalog }) }),
    },
  };
}
