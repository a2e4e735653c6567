import type { Database } from '@weft/persistence';
import { statement, type Tx } from '@weft/persistence';
import type { SecurityGroupRepository } from './security-group.repository';

const find = statement('group-default', 'SELECT id FROM security_group WHERE project_id = $1 AND is_default');
const insert = statement(
  'group-make-default',
  `INSERT INTO security_group (project_id, name, description, is_default) VALUES ($1, 'default', 'Default security group', true)
   ON CONFLICT (project_id) WHERE is_default DO NOTHING RETURNING id`,
);

/** The default group of each project: made when somebody first looks for it, once however many look. */
export class DefaultGroups {
  constructor(
    private readonly database: Database,
    private readonly groups: SecurityGroupRepository,
  ) {}

  /** @returns its id */
  async ensure(project: string): Promise<string> {
    for (;;) {
      const [known] = await this.database.query<{ id: string }>(find, [project]);
      if (known) return known.id;
      const made = await this.database.transaction((tx) => this.make(tx, project));
      if (made !== null) return made;
    }
  }

  /** Null: somebody else was faster. */
  private async make(tx: Tx, project: string): Promise<string | null> {
    const [group] = await tx.query<{ id: string }>(insert, [project]);
    if (!group) return null;
    // Nobody has asked for these: they count, and are not refused.
    tx.count('security_group', project, 1, 0);
    tx.count('security_group_rule', project, await this.groups.begin(tx, group.id), 0);
    return group.id;
  }
}
