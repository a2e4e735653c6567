import { Injectable } from '@nestjs/common';
import {
  conflict,
  type CreateRequest,
  defaultSecurityGroupRules as definition,
  type DeleteRequest,
  notFound,
  PARENT_GROUP,
  type RequestContext,
  type ItemOf,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, requireRevision, type ResourceService } from '@weft/service-kit';
import { RemoteGroupValidator } from '../rule/remote-group.validator';
import { planRule } from '../rule/rule-plan';
import { insertOnce } from '../rule/rule.repository';

/** Rules of the templates that new groups begin with. Existing groups keep their rules. */
@Injectable()
export class TemplateService implements ResourceService<typeof definition> {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly remotes: RemoteGroupValidator,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest<typeof definition>): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_default_security_group_rule', items, (tx, item, i) => {
      this.guard.create(ctx, item, explicit[i]!);
      return this.createOne(ctx, tx, item);
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_default_security_group_rule', id, async (tx) => {
      const [template] = await tx.query<{ id: string; revision_number: number }>(
        'SELECT id, revision_number FROM rule_template WHERE id = $1 FOR UPDATE',
        [id],
      );
      if (!template) throw notFound(definition.notFound, definition.title, id);
      this.guard.delete(ctx, { id });
      requireRevision(template, ifRevision);
      await tx.query('DELETE FROM rule_template WHERE id = $1', [id]);
    });
  }

  private async createOne(ctx: RequestContext, tx: Tx, item: ItemOf<typeof definition>): Promise<string> {
    const asked = planRule(item);
    const parent = asked.remote_group_id === PARENT_GROUP;
    const plan = parent ? { ...asked, remote_group_id: null } : asked;
    await this.remotes.require(ctx, tx, plan);
    const own = {
      remote_parent: parent,
      used_in_default_sg: item.used_in_default_sg,
      used_in_non_default_sg: item.used_in_non_default_sg,
    };
    const inserted = await insertOnce(tx, 'rule_template', own, plan);
    if ('existing' in inserted)
      throw conflict(
        'DefaultSecurityGroupRuleExists',
        `Default Security group rule already exists. Rule id is ${inserted.existing}.`,
      );
    return inserted.id;
  }
}
