import { Injectable } from '@nestjs/common';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type RequestContext,
  securityGroups,
  type UpdateRequest,
  type ItemOf,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, requireRevision, type ResourceService } from '@weft/service-kit';
import { DefaultGroupService } from './default-group.service';
import { SecurityGroupChange } from './security-group.change';
import { SecurityGroupRepository, type SecurityGroupRow } from './security-group.repository';
import { groupNotFound, groupTarget } from './security-group.target';

/** Rules of security groups. */
@Injectable()
export class SecurityGroupService implements ResourceService<typeof securityGroups> {
  constructor(
    private readonly database: Database,
    @InjectGuard(securityGroups) private readonly guard: Guard,
    private readonly groups: SecurityGroupRepository,
    private readonly defaults: DefaultGroupService,
    private readonly change: SecurityGroupChange,
  ) {}

  /** Every project has a default group, also before its first use. */
  async beforeReading({ projectId }: RequestContext): Promise<void> {
    if (projectId !== null) await this.defaults.ensure(projectId);
  }

  async create(
    ctx: RequestContext,
    { items, explicit }: CreateRequest<typeof securityGroups>,
  ): Promise<readonly string[]> {
    for (const project of new Set(items.map((item) => item.project_id))) await this.defaults.ensure(project);
    const one = async (tx: Tx, item: ItemOf<typeof securityGroups>, i: number) => {
      this.guard.create(ctx, item, explicit[i]!);
      const project = item.project_id;
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

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest<typeof securityGroups>): Promise<void> {
    const work = (mark: string | null) =>
      this.database.writeOne(ctx, 'update_security_group', id, async (tx) => {
        const group = await this.loadForUpdate(ctx, tx, id);
        this.guard.update(ctx, groupTarget(group), changes);
        requireRevision(group, ifRevision);
        if (group.is_default && 'name' in changes)
          throw conflict('SecurityGroupCannotUpdateDefault', 'Updating default security group not allowed.');
        const next = { ...group, ...changes };
        const changesState = next.stateful !== group.stateful;
        if (changesState) this.change.require(group, mark);
        await tx.query(
          `UPDATE security_group SET name = $2, description = $3, stateful = $4, revision_number = revision_number + 1,
             updated_at = now() WHERE id = $1`,
          [id, next.name, next.description, next.stateful],
        );
        if (changesState) await this.groups.touch(tx, id);
        await this.change.finished(tx, id, mark);
      });
    return 'stateful' in changes ? this.change.run(id, changes.stateful ? 'stateful' : 'stateless', work) : work(null);
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.change.run(id, 'gone', (mark) =>
      this.database.writeOne(ctx, 'delete_security_group', id, async (tx) => {
        const group = await this.loadForUpdate(ctx, tx, id);
        this.guard.delete(ctx, groupTarget(group));
        requireRevision(group, ifRevision);
        if (group.is_default && !ctx.roles.includes('admin'))
          throw conflict(
            'SecurityGroupCannotRemoveDefault',
            'Insufficient rights for removing default security group.',
          );
        this.change.require(group, mark);
        await this.groups.remove(tx, id);
      }),
    );
  }

  readonly loadTarget = async (tx: Tx, id: string, ctx: RequestContext) => {
    const group = await this.groups.lock(tx, id, 'NO KEY UPDATE', ctx.projectId);
    return group && { ...groupTarget(group), tags: group.tags };
  };

  private async loadForUpdate(ctx: RequestContext, tx: Tx, id: string): Promise<SecurityGroupRow> {
    const group = await this.groups.lock(tx, id, 'NO KEY UPDATE', ctx.projectId);
    if (!group) throw groupNotFound(id);
    return group;
  }
}
