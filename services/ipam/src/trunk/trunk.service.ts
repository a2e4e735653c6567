import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import {
  type ActionRequest,
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  notFound,
  type RequestContext,
  trunks as definition,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import {
  Guard,
  InjectGuard,
  InjectReader,
  requireRevision,
  ResourceReader,
  type ResourceService,
} from '@weft/service-kit';
import { type SubportRequest, Subports } from './subports';
import type { TrunkEntity } from './trunk.entity';

type TrunkRow = Readonly<Omit<TrunkEntity, 'created_at' | 'updated_at'>>;

/** Rules of trunks. */
@Injectable()
export class TrunkService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly subports: Subports,
    @InjectReader(definition) private readonly reader: ResourceReader,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = async (tx: Tx, item: Record<string, Json>, i: number) => {
      this.guard.create(ctx, item, explicit[i]!);
      const parent = await this.subports.usable(ctx, tx, item.port_id as string);
      const trunk = { id: randomUUID(), project_id: item.project_id as string };
      await tx.query(
        `INSERT INTO trunk (id, project_id, name, description, admin_state_up, port_id) VALUES ($1, $2, $3, $4, $5, $6)`,
        [trunk.id, trunk.project_id, item.name, item.description, item.admin_state_up, parent.id],
      );
      await this.subports.add(ctx, tx, trunk.id, parent, item.sub_ports as unknown as SubportRequest[]);
      tx.count('trunk', trunk.project_id, 1);
      return trunk.id;
    };
    return this.database.writeEach(ctx, 'create_trunk', items, one, { quota: 'trunk' });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_trunk', id, async (tx) => {
      const trunk = await this.open(tx, id);
      this.guard.update(ctx, targetOf(trunk), changes);
      requireRevision(trunk, ifRevision);
      const next = { ...trunk, ...changes };
      await tx.query(
        `UPDATE trunk SET name = $2, description = $3, admin_state_up = $4, revision_number = revision_number + 1,
           updated_at = now() WHERE id = $1`,
        [id, next.name, next.description, next.admin_state_up],
      );
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_trunk', id, async (tx) => {
      const trunk = await this.open(tx, id);
      this.guard.delete(ctx, targetOf(trunk));
      requireRevision(trunk, ifRevision);
      await this.subports.removeAll(tx, id);
      await tx.query('DELETE FROM trunk WHERE id = $1', [id]);
      tx.count('trunk', trunk.project_id, -1);
    });
  }

  readonly actions = {
    get_subports: async (ctx: RequestContext, { id }: ActionRequest): Promise<Json> => {
      const text = await this.reader.show({ ctx }, id, ['id', 'sub_ports']);
      return { sub_ports: (JSON.parse(text) as { sub_ports: Json }).sub_ports };
    },
    add_subports: (ctx: RequestContext, request: ActionRequest) =>
      this.change(ctx, request, 'add_subports', async (tx, trunk, wanted) => {
        const parent = await this.subports.parent(tx, trunk.port_id);
        await this.subports.add(ctx, tx, trunk.id, parent, wanted);
      }),
    remove_subports: (ctx: RequestContext, request: ActionRequest) =>
      this.change(ctx, request, 'remove_subports', async (tx, trunk, wanted) => {
        for (const { port_id } of wanted) await this.subports.remove(tx, trunk.id, port_id);
      }),
  };

  readonly loadTarget = async (tx: Tx, id: string) => {
    const trunk = await this.find(tx, id);
    return trunk && { ...targetOf(trunk), tags: trunk.tags };
  };

  private async change(
    ctx: RequestContext,
    { id, body }: ActionRequest,
    rule: string,
    work: (tx: Tx, trunk: TrunkRow, wanted: readonly SubportRequest[]) => Promise<void>,
  ): Promise<Json> {
    await this.database.writeOne(ctx, rule, id, async (tx) => {
      const trunk = await this.open(tx, id);
      this.guard.see(ctx, targetOf(trunk));
      if (!this.guard.allows(rule, ctx, targetOf(trunk)))
        throw new ApiError('PolicyNotAuthorized', 403, `rule:${rule} is disallowed by policy`);
      if (!trunk.admin_state_up)
        throw conflict('TrunkDisabled', `Trunk ${id} is currently disabled: it does not accept management operations.`);
      await work(tx, trunk, (body as unknown as { sub_ports: SubportRequest[] }).sub_ports);
      await tx.query('UPDATE trunk SET revision_number = revision_number + 1, updated_at = now() WHERE id = $1', [id]);
    });
    return JSON.parse(await this.reader.show({ ctx }, id)) as Json;
  }

  private async find(tx: Tx, id: string): Promise<TrunkRow | null> {
    return (await tx.query<TrunkRow>('SELECT * FROM trunk WHERE id = $1 FOR UPDATE', [id]))[0] ?? null;
  }

  private async open(tx: Tx, id: string): Promise<TrunkRow> {
    const trunk = await this.find(tx, id);
    if (!trunk) throw notFound(definition.notFound, definition.title, id);
    return trunk;
  }
}

const targetOf = ({ id, project_id }: TrunkRow) => ({ id, project_id, tenant_id: project_id });
