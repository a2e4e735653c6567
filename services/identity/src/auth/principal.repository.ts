import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import { Database, statement } from '@weft/persistence';
import type { Scope } from './token-codec';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A user who may act: he and his domain are enabled. */
export interface Principal extends Named {
  readonly domain: Named;
  readonly defaultProjectId: string | null;
  readonly passwordHash: string | null;
  readonly epoch: number;
}

export interface ScopeNames {
  readonly project?: Named & { readonly domain: Named };
  readonly domain?: Named;
}

const principal = `
  SELECT u.id, u.name, u.domain_id, d.name AS domain_name, u.default_project_id, u.password_hash, u.token_epoch
  FROM account u JOIN domain d ON d.id = u.domain_id WHERE u.enabled AND d.enabled`;
const principalById = statement('principal-id', `${principal} AND u.id = $1`);
const principalByName = statement('principal-name', `${principal} AND u.name = $1 AND (d.id = $2 OR d.name = $3)`);
const projectScope = statement(
  'scope-project',
  `SELECT p.id, p.name, d.id AS domain_id, d.name AS domain_name FROM project p JOIN domain d ON d.id = p.domain_id
   WHERE p.id = $1 AND p.enabled AND d.enabled`,
);
const projectByName = statement(
  'scope-project-name',
  `SELECT p.id FROM project p JOIN domain d ON d.id = p.domain_id WHERE p.name = $1 AND (d.id = $2 OR d.name = $3)`,
);
const domainScope = statement('scope-domain', 'SELECT id, name FROM domain WHERE id = $1 AND enabled');
const domainByName = statement('scope-domain-name', 'SELECT id FROM domain WHERE name = $1');
const effectiveRoles = statement(
  'roles',
  `WITH RECURSIVE held AS (
     SELECT role_id FROM assignment
     WHERE user_id = $1 AND project_id IS NOT DISTINCT FROM $2 AND domain_id IS NOT DISTINCT FROM $3
     UNION
     SELECT i.implied_id FROM role_implication i JOIN held h ON h.role_id = i.prior_id)
   SELECT r.id, r.name FROM role r JOIN held h ON h.role_id = r.id ORDER BY r.name`,
);
const impliedRoles = statement(
  'roles-of-credential',
  `WITH RECURSIVE held AS (
     SELECT unnest($1::text[]) AS role_id
     UNION
     SELECT i.implied_id FROM role_implication i JOIN held h ON h.role_id = i.prior_id)
   SELECT r.id, r.name FROM role r JOIN held h ON h.role_id = r.id ORDER BY r.name`,
);
const isRevoked = statement('revoked', 'SELECT 1 AS yes FROM revocation WHERE audit_id = $1');

/** `{ id }` or `{ name }` with the domain's id or name: how clients name users and projects. */
export interface Reference {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: { readonly id?: string; readonly name?: string };
}

/** What decides whether and as whom somebody may act: read for each use of a token, with as few statements as it takes. */
@Injectable()
export class PrincipalRepository {
  constructor(private readonly database: Database) {}

  async user({ id, name, domain }: Reference): Promise<Principal | null> {
    const [row] =
      id !== undefined
        ? await this.database.query<PrincipalRow>(principalById, [id])
        : await this.database.query<PrincipalRow>(principalByName, [name, domain?.id ?? null, domain?.name ?? null]);
    return row
      ? {
          id: row.id,
          name: row.name,
          domain: { id: row.domain_id, name: row.domain_name },
          defaultProjectId: row.default_project_id,
          passwordHash: row.password_hash,
          epoch: row.token_epoch,
        }
      : null;
  }

  async projectId({ id, name, domain }: Reference): Promise<string | null> {
    if (id !== undefined) return id;
    const [row] = await this.database.query<{ id: string }>(projectByName, [
      name,
      domain?.id ?? null,
      domain?.name ?? null,
    ]);
    return row?.id ?? null;
  }

  async domainId({ id, name }: Reference): Promise<string | null> {
    if (id !== undefined) return id;
    const [row] = await this.database.query<{ id: string }>(domainByName, [name]);
    return row?.id ?? null;
  }

  /** Null: the scope does not exist or is disabled. */
  async scope(scope: Scope): Promise<ScopeNames | null> {
    if (scope.kind === 'project') {
      const [row] = await this.database.query<ProjectRow>(projectScope, [scope.id]);
      return row
        ? { project: { id: row.id, name: row.name, domain: { id: row.domain_id, name: row.domain_name } } }
        : null;
    }
    if (scope.kind === 'domain') {
      const [row] = await this.database.query<{ id: string; name: string }>(domainScope, [scope.id]);
      return row ? { domain: row } : null;
    }
    return {};
  }

  /** Roles of a user on a scope, implied ones included; empty for no scope. */
  roles(userId: string, scope: Scope): Promise<Named[]> {
    if (scope.kind === 'none') return Promise.resolve([]);
    const [project, domain] = [scope.kind === 'project' ? scope.id : null, scope.kind === 'domain' ? scope.id : null];
    return this.database.query<RoleRow>(effectiveRoles, [userId, project, domain]);
  }

  /** These roles and what they imply. */
  withImplied(roleIds: readonly string[]): Promise<Named[]> {
    return this.database.query<RoleRow>(impliedRoles, [roleIds]);
  }

  async isRevoked(auditId: string): Promise<boolean> {
    return (await this.database.query(isRevoked, [auditId])).length > 0;
  }

  /** Kept until the token would have ended by itself. */
  async revoke(auditId: string, expiresAt: Date): Promise<void> {
    await this.database.query('DELETE FROM revocation WHERE expires_at < now()');
    await this.database.query('INSERT INTO revocation (audit_id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      auditId,
      expiresAt,
    ]);
  }
}

interface PrincipalRow extends QueryResultRow {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  readonly domain_name: string;
  readonly default_project_id: string | null;
  readonly password_hash: string | null;
  readonly token_epoch: number;
}
interface ProjectRow extends QueryResultRow {
  id: string;
  name: string;
  domain_id: string;
  domain_name: string;
}
interface RoleRow extends QueryResultRow {
  id: string;
  name: string;
}
