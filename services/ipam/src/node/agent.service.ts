import {
  agents as definition,
  conflict,
  type DeleteRequest,
  notFound,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import type { Database, Tx } from '@weft/persistence';
import type { Guard, ResourceService } from '@weft/service-kit';
import { alive } from './alive';

interface AgentRow {
  readonly id: string;
  readonly host: string;
  readonly live: boolean;
}

/** Rules of agents: they appear by their heartbeats; an operator may take one out of service, or forget a dead one. */
export class AgentService implements ResourceService {
  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
  ) {}

  async update(ctx: RequestContext, { id, changes }: UpdateRequest): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.open(tx, id);
      this.guard.update(ctx, { id }, changes);
      await tx.query(
        `UPDATE agent SET admin_state_up = COALESCE($2, admin_state_up),
           description = CASE WHEN $4 THEN $3 ELSE description END WHERE id = $1`,
        [id, changes.admin_state_up ?? null, changes.description ?? null, 'description' in changes],
      );
    });
  }

  async delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    await this.database.transaction(async (tx) => {
      const agent = await this.open(tx, id);
      this.guard.delete(ctx, { id });
      if (agent.live) throw conflict('Conflict', `Agent ${id} is alive and would come back with its next heartbeat.`);
      await tx.query('DELETE FROM agent WHERE id = $1', [id]);
    });
  }

  private async open(tx: Tx, id: string): Promise<AgentRow> {
    const [row] = await tx.query<AgentRow & Record<string, unknown>>(
      `SELECT a.id, a.host, ${alive('w')} AS live FROM agent a JOIN node w ON w.host = a.host WHERE a.id = $1 FOR UPDATE OF a`,
      [id],
    );
    if (!row) throw notFound(definition.notFound, definition.title, id);
    return row;
  }
}
