import { Injectable, mixin, type Type } from '@nestjs/common';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  notFound,
  type RequestContext,
  type ResourceDefinition,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, type ResourceService } from '@weft/service-kit';
import { qosPolicyNotFound, qosPolicyTarget } from './qos-policy.target';
import { QosPolicyRepository, type QosPolicyRow } from './qos-policy.repository';
import { columnsOf, type QosRuleType } from './qos-rule-type';

/** Rules of the rules of one type. Each write locks the policy, and publishes it with its rules. */
class QosRuleService implements ResourceService {
  private readonly columns: Readonly<Record<string, string>>;

  constructor(
    private readonly type: QosRuleType,
    private readonly database: Database,
    private readonly guard: Guard,
    private readonly policies: QosPolicyRepository,
  ) {
    this.columns = columnsOf(type);
  }

  create(ctx: RequestContext, { items, explicit, parentId }: CreateRequest): Promise<readonly string[]> {
    const one = async (tx: Tx, item: Record<string, Json>, i: number) => {
      const policy = await this.open(ctx, tx, parentId!);
      this.guard.create(ctx, targetOf(policy), explicit[i]!);
      const given = this.valuesOf(item);
      const names = Object.keys(given);
      const inserted = tx.query<{ id: string }>(
        `INSERT INTO qos_rule (policy_id, type, direction, ${names.filter((name) => name !== 'direction').join(', ')})
         VALUES ($1, $2, $3, ${names
           .filter((name) => name !== 'direction')
           .map((_, at) => `$${at + 4}`)
           .join(', ')}) RETURNING id`,
        [
          policy.id,
          this.type.name,
          given.direction ?? '',
          ...names.filter((name) => name !== 'direction').map((name) => given[name]),
        ],
      );
      const [row] = await this.orDouble(inserted, policy);
      return row!.id;
    };
    const finish = (tx: Tx) => this.policies.touch(tx, parentId!);
    return this.database.writeEach(ctx, `create_${this.type.name}_rule`, items, one, { finish });
  }

  update(ctx: RequestContext, { id, changes, parentId }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, `update_${this.type.name}_rule`, id, async (tx) => {
      const policy = await this.owner(ctx, tx, id, parentId!);
      this.guard.update(ctx, { id, ...targetOf(policy) }, changes);
      for (const [column, value] of Object.entries(this.valuesOf(changes)))
        await this.orDouble(tx.query(`UPDATE qos_rule SET ${column} = $2 WHERE id = $1`, [id, value]), policy);
      await this.policies.touch(tx, policy.id);
    });
  }

  delete(ctx: RequestContext, { id, parentId }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, `delete_${this.type.name}_rule`, id, async (tx) => {
      const policy = await this.owner(ctx, tx, id, parentId!);
      this.guard.delete(ctx, { id, ...targetOf(policy) });
      await tx.query('DELETE FROM qos_rule WHERE id = $1', [id]);
      await this.policies.touch(tx, policy.id);
    });
  }

  private valuesOf(given: Record<string, Json>): Record<string, Json> {
    const known = Object.entries(given).filter(([name]) => Object.hasOwn(this.columns, name));
    return Object.fromEntries(known.map(([name, value]) => [this.columns[name]!, value]));
  }

  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<QosPolicyRow> {
    const policy = await this.policies.lockForChange(tx, id, ctx.projectId);
    if (!policy || !this.guard.allows('get_policy', ctx, qosPolicyTarget(policy))) throw qosPolicyNotFound(id);
    return policy;
  }

  private async owner(ctx: RequestContext, tx: Tx, id: string, policyId: string): Promise<QosPolicyRow> {
    const policy = await this.open(ctx, tx, policyId);
    const [row] = await tx.query('SELECT 1 FROM qos_rule WHERE id = $1 AND policy_id = $2 AND type = $3', [
      ...[id, policyId, this.type.name],
    ]);
    if (!row) throw notFound('QosRuleNotFound', `QoS rule of type ${this.type.name}`, id);
    return policy;
  }

  private async orDouble<T>(written: Promise<T>, policy: QosPolicyRow): Promise<T> {
    try {
      return await written;
    } catch (error) {
      if (violatedConstraint(error) !== 'qos_rule_once') throw error;
      throw conflict(
        'QoSRulesConflict',
        `Rule ${this.type.name} conflicts with another rule of that type and direction in QoS policy ${policy.id}.`,
      );
    }
  }
}

/** The service of one type's rules, as a provider. */
export function qosRuleService(type: QosRuleType, definition: ResourceDefinition): Type<ResourceService> {
  @Injectable()
  class TypedQosRuleService extends QosRuleService {
    constructor(database: Database, @InjectGuard(definition) guard: Guard, policies: QosPolicyRepository) {
      super(type, database, guard, policies);
    }
  }
  return mixin(TypedQosRuleService);
}

const targetOf = ({ project_id }: QosPolicyRow) => ({
  'ext_parent:project_id': project_id,
  'ext_parent:tenant_id': project_id,
});
