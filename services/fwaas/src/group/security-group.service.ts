import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import type { Database, Tx } from '@weft/persistence';
import { type Guard, requireRevision, type ResourceService } from '@weft/service-kit';
import type { Consent } from '../references/consent';
import type { DefaultGroups } from './default-groups';
import type { SecurityGroupRepository, SecurityGroupRow } from './security-group.repository';
import { groupNotFound, groupTarget } from './security-group.target';

/** Rules of security groups. */
export class SecurityGroupService implements ResourceService {
  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
    private readonly groups: SecurityGroupRepository,
    private readonly defaults: DefaultGroups,
    private readonly consent: Consent,
  ) {}

  /** Everybody has a default group, who has never heard of it, too. */
  async beforeReading({ projectId }: RequestContext): Promise<void> {
    if (projectId !== null) await this.defaults.ensure(projectId);
  }

  async create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    for (const project of new Set(items.map((item) => item.project_id as string))) await this.defaults.ensure(project);
    const one = async (tx: Tx, item: Record<string, Json>, i: number) => {
      this.guard.create(ctx, item, explicit[i]!);
      const project = item.project_id as string;
      const [group] = await tx.query<{ id: string }>(
        'INSERT INTO security_group (project_id, name, description, stateful) VALUES ($1, $2, $3, $4) RETURNING id',
        [project, item.name, item.description, item.stateful],
      );
      tx.count('security_group', project, 1);
      tx.count('security_group_rule', project, await this.groups.begin(tx, group!.id));
      return group!.id;
    };
    return this.database.writeEach(ctx, 'create_security_group', items, one, { quota: 'security_group' });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    const work = (mark: string | null) =>
      this.database.writeOne(ctx, 'update_security_group', id, async (tx) => {
        const group = await this.open(ctx, tx, id);
        this.guard.update(ctx, groupTarget(group), changes);
        requireRevision(group, ifRevision);
        if (group.is_default && 'name' in changes)
          throw conflict('SecurityGroupCannotUpdateDefault', 'Updating default security group not allowed.');
        const next = { ...group, ...changes };
        const turns = next.stateful !== group.stateful;
        if (turns) this.consent.require(group, mark);
        await tx.query(
          `UPDATE security_group SET name = $2, description = $3, stateful = $4, revision_number = revision_number + 1,
             updated_at = now() WHERE id = $1`,
          [id, next.name, next.description, next.stateful],
        );
        if (turns) await this.groups.touch(tx, id);
        await this.consent.settled(tx, id, mark);
      });
    return 'stateful' in changes
      ? this.consent.obtain(id, changes.stateful ? 'stateful' : 'stateless', work)
      : work(null);
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.consent.obtain(id, 'gone', (mark) =>
      this.database.writeOne(ctx, 'delete_security_group', id, async (tx) => {
        const group = await this.open(ctx, tx, id);
        this.guard.delete(ctx, groupTarget(group));
        requireRevision(group, ifRevision);
        if (group.is_default && !ctx.roles.includes('admin'))
          throw conflict(
            'SecurityGroupCannotRemoveDefault',
            'Insufficient rights for removing default security group.',
          );
        this.consent.require(group, mark);
        await this.groups.remove(tx, id);
      }),
    );
  }

  readonly loadTarget = async (tx: Tx, id: string, ctx: RequestContext) => {
    const group = await this.groups.lock(tx, id, 'NO KEY UPDATE', ctx.projectId);
    return group && { ...groupTarget(group), tags: group.tags };
  };

  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<SecurityGroupRow> {
    const group = await this.groups.lock(tx, id, 'NO KEY UPDATE', ctx.projectId);
    if (!group) throw groupNotFound(id);
    return group;
  }
}
