import { Inject, Injectable } from '@nestjs/common';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  invalidInput,
  type Json,
  notFound,
  rbacPolicies as definition,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, type ResourceService } from '@weft/service-kit';
import { type Grant, SHAREABLES, type Shareable } from './shareable';
import type { Access } from './sharing';

interface RbacRow extends Grant {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly project_id: string;
  readonly object_type: string;
}

interface Opened {
  readonly grant: RbacRow;
  readonly type: Shareable;
}

/** A grant is withdrawn. */
interface Change extends Opened {
  /** Which project gets it instead. */
  readonly to: string | null;
}

/** At the end of a transaction. @throws RbacPolicyInUse, OwnerApprovalRequired */
type Approve = (tx: Tx, change: Change) => Promise<void>;

/** Thrown inside a transaction to have it run again once the service that owns the object has approved. */
class OwnerApprovalRequired extends Error {
  override readonly name = 'OwnerApprovalRequired';

  constructor(readonly change: Change) {
    super('the owner has not approved');
  }
}

/** Rules of RBAC policies: owners grant and withdraw; a grant that other projects depend on stays. */
@Injectable()
export class RbacPolicyService implements ResourceService {
  private readonly types: ReadonlyMap<string, Shareable>;

  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    @Inject(SHAREABLES) shareables: readonly Shareable[],
  ) {
    this.types = new Map(shareables.map((shareable) => [shareable.type, shareable]));
  }

  async create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = (tx: Tx, item: Record<string, Json>, i: number) => this.createOne(ctx, tx, item, explicit[i]!);
    for (const item of items) await this.types.get(String(item.object_type))?.resolve?.(ctx, item.object_id as string);
    const made = await this.database.writeEach(ctx, 'create_rbac_policy', items, one, { quota: 'rbac_policy' });
    for (const { object_type, object_id } of items)
      await this.types.get(String(object_type))?.publishGrants?.(object_id as string);
    return made;
  }

  update(ctx: RequestContext, { id, changes }: UpdateRequest): Promise<void> {
    return this.withdrawing((approve) =>
      this.database.writeOne(ctx, 'update_rbac_policy', id, async (tx) => {
        const { grant, type } = await this.loadForUpdate(ctx, tx, id);
        this.guard.update(ctx, targetOf(grant), changes);
        const target = changes.target_tenant as string | undefined;
        if (target === undefined || target === grant.target_project) return;
        await orDuplicate(tx.query('UPDATE rbac_policy SET target_project = $2 WHERE id = $1', [id, target]));
        await approve(tx, { grant, type, to: target });
      }),
    );
  }

  delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    return this.withdrawing((approve) =>
      this.database.writeOne(ctx, 'delete_rbac_policy', id, async (tx) => {
        const { grant, type } = await this.loadForUpdate(ctx, tx, id);
        this.guard.delete(ctx, targetOf(grant));
        await tx.query('DELETE FROM rbac_policy WHERE id = $1', [id]);
        tx.count('rbac_policy', grant.project_id, -1);
        await approve(tx, { grant, type, to: null });
      }),
    );
  }

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    this.guard.create(ctx, { ...item, target_project: item.target_tenant }, explicit);
    const type = this.types.get(String(item.object_type));
    if (!type) throw invalidInput(`Invalid object_type: ${String(item.object_type)}`);
    const action = item.action as Access;
    if (!type.actions.includes(action)) {
      throw invalidInput(
        `Invalid action '${action}' for object type '${type.type}'. Valid actions: ${type.actions.join()}`,
      );
    }
    const id = item.object_id as string;
    const owner = await type.ownerOf(ctx, tx, id);
    if (owner === null) throw type.notFound(id);
    if (owner !== ctx.projectId && !ctx.roles.includes('admin')) {
      throw invalidInput(`Only admins can manipulate policies on ${type.type}s they do not own`);
    }
    return this.insert(tx, {
      project_id: item.project_id as string,
      object_type: type.type,
      object_id: id,
      action,
      target_project: item.target_tenant as string,
    });
  }

  private async insert(
    tx: Tx,
    row: Pick<RbacRow, 'project_id' | 'object_type' | 'object_id' | 'action' | 'target_project'>,
  ): Promise<string> {
    const inserted = tx.query<{ id: string }>(
      `INSERT INTO rbac_policy (project_id, object_type, object_id, action, target_project)
       VALUES ($1, $2, $3, $4, $5) RETURNING id`,
      [row.project_id, row.object_type, row.object_id, row.action, row.target_project],
    );
    const [made] = await orDuplicate(inserted);
    tx.count('rbac_policy', row.project_id, 1);
    return made!.id;
  }

  /**
   * Runs a write that withdraws a grant, and notifies the service that owns the object. Where that must approve, it is asked between two
   * runs, for no transaction waits for another service.
   * @param write one transaction that has its change approved at its end
   */
  private async withdrawing(write: (approve: Approve) => Promise<void>): Promise<void> {
    let asked: Change | undefined;
    let done: Change | undefined;
    const approve: Approve = async (tx, change) => {
      refuseDependents(change, await change.type.dependents(tx, change.grant));
      if (change.type.withdraw && !isSame(asked, change)) throw new OwnerApprovalRequired(change);
      done = change;
    };
    try {
      for (;;) {
        try {
          return await write(approve);
        } catch (error) {
          if (!(error instanceof OwnerApprovalRequired)) throw error;
          asked = error.change;
          refuseDependents(asked, await asked.type.withdraw!(asked.grant, asked.to));
        }
      }
    } finally {
      const change = done ?? asked;
      await change?.type.publishGrants?.(change.grant.object_id);
    }
  }

  /** The object is locked first, as whoever uses it does. */
  private async loadForUpdate(ctx: RequestContext, tx: Tx, id: string): Promise<Opened> {
    const text = 'SELECT id, project_id, object_type, object_id, action, target_project FROM rbac_policy WHERE id = $1';
    const [seen] = await tx.query<RbacRow>(text, [id]);
    const type = seen && this.types.get(seen.object_type);
    if (type) await type.ownerOf(ctx, tx, seen.object_id);
    const [grant] = await tx.query<RbacRow>(`${text} FOR UPDATE`, [id]);
    if (!grant || !type) throw notFound(definition.notFound, definition.title, id);
    return { grant, type };
  }
}

/** @throws RbacPolicyInUse */
function refuseDependents({ grant }: Change, dependents: readonly string[]): void {
  if (dependents.length === 0) return;
  throw conflict(
    'RbacPolicyInUse',
    `RBAC policy on object ${grant.object_id} cannot be removed because other objects depend on it.\n` +
      `Details: used by project(s) ${dependents.join(', ')}`,
  );
}

const isSame = (asked: Change | undefined, { grant, to }: Change): boolean =>
  asked?.grant.target_project === grant.target_project && asked.to === to;

async function orDuplicate<T>(written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (violatedConstraint(error) !== 'rbac_policy_once') throw error;
    throw conflict('DuplicateRbacPolicy', 'An RBAC policy already exists with those values.');
  }
}

const targetOf = ({ id, project_id, target_project }: RbacRow) => ({
  id,
  project_id,
  tenant_id: project_id,
  target_tenant: target_project,
  target_project,
});
