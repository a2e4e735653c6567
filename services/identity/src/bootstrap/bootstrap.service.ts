import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Tx } from '@weft/persistence';
import { logger } from '@weft/telemetry';
import { hashSecret } from '../auth/secret';
import { newId } from '../http/entity-store';
import { IdentitySettings } from '../identity.settings';

const log = logger('bootstrap');

const DOMAIN = { id: 'default', name: 'Default' };
/** Each role implies the next. */
const ROLE_CHAIN = ['admin', 'manager', 'member', 'reader'];

/**
 * What a new cloud begins with: the default domain, roles, and the users admin and demo, each with a project of its own. It is done
 * once: what exists is left as it is, passwords included. Replicas that start together do it once between them.
 */
@Injectable()
export class BootstrapService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly settings: IdentitySettings,
  ) {}

  /** @throws Error naming the variable when a user is to be made and has no password */
  async onModuleInit(): Promise<void> {
    const { adminPassword, demoPassword } = this.settings;
    await this.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['weft-identity-bootstrap']);
      await tx.query('INSERT INTO domain (id, name, description) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        DOMAIN.id,
        DOMAIN.name,
        'The default domain',
      ]);
      await this.roles(tx);
      await this.user(tx, 'admin', 'admin', adminPassword, 'WEFT_BOOTSTRAP_ADMIN_PASSWORD', true);
      await this.user(tx, 'demo', 'member', demoPassword, 'WEFT_BOOTSTRAP_DEMO_PASSWORD', false);
    });
  }

  private async roles(tx: Tx): Promise<void> {
    for (const name of [...ROLE_CHAIN, 'service']) {
      await tx.query('INSERT INTO role (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING', [newId(), name]);
    }
    // Only with the first role chain: an administrator may have cut it since.
    const [existing] = await tx.query<{ n: number }>('SELECT count(*)::int AS n FROM account');
    if (existing!.n > 0) return;
    for (const [i, prior] of ROLE_CHAIN.slice(0, -1).entries()) {
      await tx.query(
        `INSERT INTO role_implication (prior_id, implied_id)
         SELECT p.id, i.id FROM role p, role i WHERE p.name = $1 AND i.name = $2 ON CONFLICT DO NOTHING`,
        [prior, ROLE_CHAIN[i + 1]],
      );
    }
  }

  /** A user with a project of the same name. */
  private async user(
    tx: Tx,
    name: string,
    role: string,
    password: string | undefined,
    variable: string,
    everywhere: boolean,
  ): Promise<void> {
    const known = await tx.query('SELECT 1 FROM account WHERE domain_id = $1 AND name = $2', [DOMAIN.id, name]);
    if (known.length > 0) return;
    if (password === undefined) throw new Error(`${variable} must be set: the user ${name} does not exist yet`);
    const [user, project] = [newId(), newId()];
    await tx.query(
      'INSERT INTO project (id, domain_id, name, description) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [project, DOMAIN.id, name, `Project of the user ${name}`],
    );
    await tx.query(
      `INSERT INTO account (id, domain_id, name, password_hash, default_project_id)
       SELECT $1, $2, $3, $4, p.id FROM project p WHERE p.domain_id = $2 AND p.name = $3`,
      [user, DOMAIN.id, name, await hashSecret(password)],
    );
    await tx.query(
      `INSERT INTO assignment (user_id, role_id, project_id)
       SELECT $1, r.id, u.default_project_id FROM role r, account u WHERE r.name = $2 AND u.id = $1`,
      [user, role],
    );
    if (everywhere) {
      await tx.query(
        `INSERT INTO assignment (user_id, role_id, domain_id)
         SELECT $1, r.id, d.id FROM role r, (VALUES ($3::text), (NULL)) AS d (id) WHERE r.name = $2`,
        [user, role, DOMAIN.id],
      );
    }
    log.info({ user: name }, 'made a first user');
  }
}
