import { Injectable } from '@nestjs/common';
import { Database, statement, type Tx } from '@weft/persistence';
import { SecurityGroupRepository } from './security-group.repository';

const find = statement('group-default', 'SELECT id FROM security_group WHERE project_id = $1 AND is_default');
const insert = statement(
  'group-make-default',
  `INSERT INTO security_group (project_id, name, description, is_default) VALUES ($1, 'default', 'Default security group', true)
   ON CONFLICT (project_id) WHERE is_default DO NOTHING RETURNING id`,
);

/** The default group of each project: created on first access, once however many requests access it. */
@Injectable()
export class DefaultGroupService {
  constructor(
    private readonly database: Database,
    private readonly groups: SecurityGroupRepository,
  ) {}

  /** @returns its id */
  async ensure(project: string): Promise<string> {
    for (;;) {
      const [existing] = await this.database.query<{ id: string }>(find, [project]);
      if (existing) return existing.id;
      const created = await this.database.transaction((tx) => this.create(tx, project));
      if (created !== null) return created;
    }
  }

  /** Null: a concurrent request has created it. */
  private async create(tx: Tx, project: string): Promise<string | null> {
    const [group] = await tx.query<{ id: string }>(insert, [project]);
    if (!group) return null;
    // Not requested by a client: they count, and are never refused.
    tx.count('security_group', project, 1, 0);
    tx.count('security_group_rule', project, await this.groups.begin(tx, group.id), 0);
    return group.id;
  }
}
