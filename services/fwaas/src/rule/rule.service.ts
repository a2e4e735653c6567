import { Injectable } from '@nestjs/common';
import {
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  notFound,
  type RequestContext,
  securityGroupRules as definition,
  securityGroups,
  type ItemOf,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import {
  Guard,
  InjectGuard,
  isUuid,
  requireRevision,
  type ResourceActions,
  type ResourceService,
} from '@weft/service-kit';
import { RuleStatsQuery } from '../counts/rule-stats.query';
import { DefaultGroupService } from '../group/default-group.service';
import { SecurityGroupRepository, type SecurityGroupRow } from '../group/security-group.repository';
import { groupNotFound, groupTarget } from '../group/security-group.target';
import { RemoteGroupValidator } from './remote-group.validator';
import { keyOfPlan, planRule, type RulePlan } from './rule-plan';
import { insertOnce } from './rule.repository';

/** A group is published and shown as a whole: both must pass the broker. */
const MAX_RULES = 500;
/**
 * Of all descriptions in a group as JSON: 255 characters of four bytes for each rule. JSON writes a control character in six, so the
 * number of rules alone does not bound them. With the rest of 500 rules it stays below the broker's 1 MB.
 */
const MAX_DESCRIPTION_BYTES = MAX_RULES * (4 * 255 + 2);

type Item = ItemOf<typeof definition>;

interface RuleRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly group_id: string;
  readonly project_id: string;
  readonly revision_number: number;
}

/** Rules of the rules of security groups. Each write locks the group, and publishes it with its rules. */
@Injectable()
export class RuleService implements ResourceService<typeof definition> {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    @InjectGuard(securityGroups) private readonly groupGuard: Guard,
    private readonly groups: SecurityGroupRepository,
    private readonly defaults: DefaultGroupService,
    private readonly remotes: RemoteGroupValidator,
    private readonly stats: RuleStatsQuery,
  ) {}

  readonly actions: ResourceActions = { stats: (ctx, { id }) => this.stats.stats(ctx, id) };

  async beforeReading({ projectId }: RequestContext): Promise<void> {
    if (projectId !== null) await this.defaults.ensure(projectId);
  }

  create(ctx: RequestContext, { items, explicit }: CreateRequest<typeof definition>): Promise<readonly string[]> {
    const all = async (tx: Tx) => {
      const group = await this.loadGroup(ctx, tx, items, explicit);
      const plans = items.map(planRule);
      for (const plan of plans) await this.remotes.require(ctx, tx, plan);
      if (new Set(plans.map(keyOfPlan)).size < plans.length)
        throw conflict('DuplicateSecurityGroupRuleInPost', 'Duplicate Security Group Rule in POST.');
      const ids: string[] = [];
      for (const [i, plan] of plans.entries()) ids.push(await this.insert(tx, group, items[i]!, plan));
      await this.refuseTooMany(tx, group.id);
      await this.groups.touch(tx, group.id);
      return ids;
    };
    return this.database.writeAll(ctx, 'create_security_group_rule', items, all, 'security_group_rule');
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_security_group_rule', id, async (tx) => {
      const text = 'SELECT id, group_id, project_id, revision_number FROM security_group_rule WHERE id = $1';
      const [seen] = await tx.query<RuleRow>(text, [id]);
      // The group is locked first, as by every writer.
      const group = seen && (await this.groups.lock(tx, seen.group_id, 'NO KEY UPDATE'));
      const [rule] = await tx.query<RuleRow>(text, [id]);
      if (!group || !rule) throw notFound(definition.notFound, definition.title, id);
      this.guard.delete(ctx, { id, ...targetOf(group, rule.project_id) });
      requireRevision(rule, ifRevision);
      await tx.query('DELETE FROM security_group_rule WHERE id = $1', [id]);
      tx.count('security_group_rule', rule.project_id, -1);
      await this.groups.touch(tx, group.id);
    });
  }

  /** The one group that all of them are for. @throws ApiError 404, 403, 400, in this order */
  private async loadGroup(
    ctx: RequestContext,
    tx: Tx,
    items: readonly Item[],
    explicit: CreateRequest['explicit'],
  ): Promise<SecurityGroupRow> {
    const groups = new Map<string, SecurityGroupRow>();
    for (const [i, item] of items.entries()) {
      const id = item.security_group_id;
      const group = groups.get(id) ?? (await this.loadForUpdate(ctx, tx, id));
      groups.set(id, group);
      this.guard.create(ctx, { ...item, ...targetOf(group, item.project_id) }, explicit[i]!);
    }
    if (groups.size > 1)
      throw new ApiError(
        'SecurityGroupNotSingleGroupRules',
        400,
        'Only allowed to update rules for one security profile at a time',
      );
    if (new Set(items.map((item) => item.project_id)).size > 1)
      throw new ApiError(
        'SecurityGroupRulesNotSingleProject',
        400,
        'Multiple projects in bulk security group rule create not allowed',
      );
    return [...groups.values()][0]!;
  }

  private async insert(tx: Tx, group: SecurityGroupRow, item: Item, plan: RulePlan): Promise<string> {
    const project = item.project_id;
    const inserted = await insertOnce(tx, 'security_group_rule', { group_id: group.id, project_id: project }, plan);
    if ('existing' in inserted)
      throw conflict('SecurityGroupRuleExists', `Security group rule already exists. Rule id is ${inserted.existing}.`);
    tx.count('security_group_rule', project, 1);
    return inserted.id;
  }

  private async refuseTooMany(tx: Tx, group: string): Promise<void> {
    const [row] = await tx.query<{ rules: number; bytes: number }>(
      `SELECT count(*)::int AS rules, sum(octet_length(to_json(description)::text))::int AS bytes
       FROM security_group_rule WHERE group_id = $1`,
      [group],
    );
    if (row!.rules > MAX_RULES) throw tooMuch(`a security group has at most ${MAX_RULES} rules`);
    if (row!.bytes > MAX_DESCRIPTION_BYTES)
      throw tooMuch(
        `the descriptions of a security group's rules take at most ${MAX_DESCRIPTION_BYTES} bytes, with control characters as six`,
      );
  }

  private async loadForUpdate(ctx: RequestContext, tx: Tx, id: string): Promise<SecurityGroupRow> {
    const group = isUuid(id) ? await this.groups.lock(tx, id, 'NO KEY UPDATE', ctx.projectId) : null;
    if (!group || !this.groupGuard.allows('get_security_group', ctx, groupTarget(group))) throw groupNotFound(id);
    return group;
  }
}

const tooMuch = (bound: string) => conflict('SecurityGroupConflict', `Error ${bound} while attempting the operation.`);

/** What policy must know of a rule. */
const targetOf = (group: SecurityGroupRow, project: string) => ({
  project_id: project,
  tenant_id: project,
  'security_group:project_id': group.project_id,
  belongs_to_default_sg: group.is_default,
});
