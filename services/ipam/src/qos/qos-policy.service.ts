import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  qosPolicies as definition,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, publishCurrent, requireRevision, type ResourceService } from '@weft/service-kit';
import { closeAll, closeToEverybody, EVERYBODY, openToEverybody } from '../sharing/sharing';
import { qosPolicyFacts } from './qos-policy.facts';
import { QosPolicyRepository, type QosPolicyRow } from './qos-policy.repository';
import { qosPolicyNotFound, qosPolicyTarget } from './qos-policy.target';
import { QosShareable } from './qos.shareable';

/** Rules of QoS policies. */
@Injectable()
export class QosPolicyService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly policies: QosPolicyRepository,
    private readonly sharing: QosShareable,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_policy', items, async (tx, item, i) => {
      this.guard.create(ctx, item, explicit[i]!);
      const row = { id: randomUUID(), project_id: item.project_id as string };
      await orOneDefault(
        tx.query('INSERT INTO qos_policy (id, project_id, name, description, is_default) VALUES ($1, $2, $3, $4, $5)', [
          ...[row.id, row.project_id, item.name, item.description, item.is_default],
        ]),
        row.project_id,
      );
      if (item.shared === true) await openToEverybody(tx, 'qos_policy', row, 'access_as_shared');
      await publishCurrent(tx, qosPolicyFacts, { kind: 'qos-policy', policy: row.id });
      return row.id;
    });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_policy', id, async (tx) => {
      const row = await this.open(ctx, tx, id);
      this.guard.update(ctx, qosPolicyTarget(row), changes);
      requireRevision(row, ifRevision);
      const next = { ...row, ...changes };
      await orOneDefault(
        tx.query(
          `UPDATE qos_policy SET name = $2, description = $3, is_default = $4, revision_number = revision_number + 1,
             updated_at = now() WHERE id = $1`,
          [id, next.name, next.description, next.is_default],
        ),
        row.project_id,
      );
      if ('shared' in changes) await this.setShared(tx, row, changes.shared as boolean);
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_policy', id, async (tx) => {
      const row = await this.open(ctx, tx, id);
      this.guard.delete(ctx, qosPolicyTarget(row));
      requireRevision(row, ifRevision);
      const [user] = await tx.query<{ type: string; id: string }>(
        `SELECT 'network' AS type, id FROM network WHERE qos_policy_id = $1
         UNION ALL SELECT 'port', id FROM port WHERE qos_policy_id = $1 LIMIT 1`,
        [id],
      );
      if (user) throw conflict('QosPolicyInUse', `QoS Policy ${id} is used by ${user.type} ${user.id}.`);
      await closeAll(tx, id);
      await tx.query('DELETE FROM qos_policy WHERE id = $1', [id]);
      await publishCurrent(tx, qosPolicyFacts, { kind: 'qos-policy', policy: id });
    });
  }

  readonly loadTarget = async (tx: Tx, id: string, ctx: RequestContext) => {
    const row = await this.policies.lockForChange(tx, id, ctx.projectId);
    return row && { ...qosPolicyTarget(row), tags: row.tags };
  };

  private async setShared(tx: Tx, row: QosPolicyRow, shared: boolean): Promise<void> {
    if (shared) return openToEverybody(tx, 'qos_policy', row, 'access_as_shared');
    await closeToEverybody(tx, row.id, 'access_as_shared');
    const grant = { object_id: row.id, action: 'access_as_shared', target_project: EVERYBODY } as const;
    if ((await this.sharing.dependents(tx, grant)).length > 0)
      throw conflict(
        'InvalidSharedSetting',
        `Unable to reconfigure sharing settings for policy ${row.name}. Multiple tenants are using it.`,
      );
  }

  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<QosPolicyRow> {
    const row = await this.policies.lockForChange(tx, id, ctx.projectId);
    if (!row) throw qosPolicyNotFound(id);
    return row;
  }
}

async function orOneDefault(written: Promise<Json[] | unknown[]>, project: string): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (violatedConstraint(error) !== 'qos_policy_default') throw error;
    throw conflict('QoSPolicyDefaultAlreadyExists', `A default QoS policy exists for project ${project}.`);
  }
}
