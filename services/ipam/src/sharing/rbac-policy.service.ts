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
import { type Database, type Tx, violatedConstraint } from '@weft/persistence';
import type { Guard, ResourceService } from '@weft/service-kit';
import type { Grant, Shareable } from './shareable';
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

/** A grant is taken back. */
interface Change extends Opened {
  /** Who has it instead. */
  readonly to: string | null;
}

/** At the end of a transaction. @throws RbacPolicyInUse, Unagreed */
type Agreed = (tx: Tx, change: Change) => Promise<void>;

/** Thrown inside a transaction to have it done again once the object's owner agrees. */
class Unagreed extends Error {
  override readonly name = 'Unagreed';

  constructor(readonly change: Change) {
    super('the owner has not agreed');
  }
}

/** Rules of RBAC policies: an owner grants and takes back; what others have by a grant keeps it from going. */
export class RbacPolicyService implements ResourceService {
  private readonly types: ReadonlyMap<string, Shareable>;

  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
    shareables: readonly Shareable[],
  ) {
    this.types = new Map(shareables.map((shareable) => [shareable.type, shareable]));
  }

  async create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = (tx: Tx, item: Record<string, Json>, i: number) => this.createOne(ctx, tx, item, explicit[i]!);
    for (const item of items) await this.types.get(String(item.object_type))?.learn?.(ctx, item.object_id as string);
    const made = await this.database.writeEach(ctx, 'create_rbac_policy', items, one, { quota: 'rbac_policy' });
    for (const { object_type, object_id } of items)
      await this.types.get(String(object_type))?.tell?.(object_id as string);
    return made;
  }

  update(ctx: RequestContext, { id, changes }: UpdateRequest): Promise<void> {
    return this.takingBack((agreed) =>
      this.database.writeOne(ctx, 'update_rbac_policy', id, async (tx) => {
        const { grant, type } = await this.open(ctx, tx, id);
        this.guard.update(ctx, targetOf(grant), changes);
        const target = changes.target_tenant as string | undefined;
        if (target === undefined || target === grant.target_project) return;
        await orDuplicate(tx.query('UPDATE rbac_policy SET target_project = $2 WHERE id = $1', [id, target]));
        await agreed(tx, { grant, type, to: target });
      }),
    );
  }

  delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    return this.takingBack((agreed) =>
      this.database.writeOne(ctx, 'delete_rbac_policy', id, async (tx) => {
        const { grant, type } = await this.open(ctx, tx, id);
        this.guard.delete(ctx, targetOf(grant));
        await tx.query('DELETE FROM rbac_policy WHERE id = $1', [id]);
        tx.count('rbac_policy', grant.project_id, -1);
        await agreed(tx, { grant, type, to: null });
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
   * Runs a write that takes a grant back, and tells the object's owner. Where he is another service that must agree, he is asked between
   * two runs, for no transaction waits for another service.
   * @param write one transaction that has its change agreed to at its end
   */
  private async takingBack(write: (agreed: Agreed) => Promise<void>): Promise<void> {
    let asked: Change | undefined;
    let done: Change | undefined;
    const agreed: Agreed = async (tx, change) => {
      refuseLoss(change, await change.type.losers(tx, change.grant));
      if (change.type.withdraw && !isSame(asked, change)) throw new Unagreed(change);
      done = change;
    };
    try {
      for (;;) {
        try {
          return await write(agreed);
        } catch (error) {
          if (!(error instanceof Unagreed)) throw error;
          asked = error.change;
          refuseLoss(asked, await asked.type.withdraw!(asked.grant, asked.to));
        }
      }
    } finally {
      const told = done ?? asked;
      await told?.type.tell?.(told.grant.object_id);
    }
  }

  /** The object is locked first, as whoever uses it does. */
  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<Opened> {
    const text = 'SELECT id, project_id, object_type, object_id, action, target_project FROM rbac_policy WHERE id = $1';
    const [seen] = await tx.query<RbacRow>(text, [id]);
    const type = seen && this.types.get(seen.object_type);
    if (type) await type.ownerOf(ctx, tx, seen.object_id);
    const [grant] = await tx.query<RbacRow>(`${text} FOR UPDATE`, [id]);
    if (!grant || !type) throw notFound(definition.notFound, definition.title, id);
    return { grant, type };
  }
}

/** @throws RbacPolicyInUse if somebody would be left without what he uses */
function refuseLoss({ grant }: Change, losers: readonly string[]): void {
  if (losers.length === 0) return;
  throw conflict(
    'RbacPolicyInUse',
    `RBAC policy on object ${grant.object_id} cannot be removed because other objects depend on it.\n` +
      `Details: used by project(s) ${losers.join(', ')}`,
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
