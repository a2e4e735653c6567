import { Injectable } from '@nestjs/common';
import {
  agents as definition,
  conflict,
  type DeleteRequest,
  notFound,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, publishCurrent, type ResourceService } from '@weft/service-kit';
import { dhcpBindings } from '../dhcp/dhcp-nodes';
import { DhcpPlacement } from '../dhcp/dhcp.placement';
import { DhcpScheduler } from '../dhcp/dhcp.scheduler';
import { NetworkRepository } from '../network/network.repository';
import { alive } from './alive';
import { nodeFacts } from './node.facts';

interface AgentRow {
  readonly id: string;
  readonly host: string;
  readonly role: string;
  readonly live: boolean;
}

/** Rules of agents: they appear by their heartbeats; an operator may take one out of service, or forget a dead one. */
@Injectable()
export class AgentService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly networks: NetworkRepository,
    private readonly placement: DhcpPlacement,
    private readonly scheduler: DhcpScheduler,
  ) {}

  readonly actions = this.scheduler.agentActions;

  async update(ctx: RequestContext, { id, changes }: UpdateRequest): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.open(tx, id);
      this.guard.update(ctx, { id }, changes);
      await tx.query(
        `UPDATE agent SET admin_state_up = COALESCE($2, admin_state_up),
           description = CASE WHEN $4 THEN $3 ELSE description END WHERE id = $1`,
        [id, changes.admin_state_up ?? null, changes.description ?? null, 'description' in changes],
      );
    }, ctx);
  }

  async delete(ctx: RequestContext, { id }: DeleteRequest): Promise<void> {
    const { host, role } = await this.database.transaction(async (tx) => {
      const agent = await this.open(tx, id);
      this.guard.delete(ctx, { id });
      if (agent.live) throw conflict('Conflict', `Agent ${id} is alive and would come back with its next heartbeat.`);
      await tx.query('DELETE FROM agent WHERE id = $1', [id]);
      await this.forgetNode(tx, agent.host);
      return agent;
    }, ctx);
    if (role === 'dhcp') await this.releaseNetworks(host);
  }

  /** The last agent of a node takes it along: nobody else needs to know of it any more. */
  private async forgetNode(tx: Tx, host: string): Promise<void> {
    const gone = await tx.query(
      'DELETE FROM node WHERE host = $1 AND NOT EXISTS (SELECT 1 FROM agent WHERE host = $1) RETURNING host',
      [host],
    );
    if (gone.length > 0) await publishCurrent(tx, nodeFacts, { kind: 'node', host });
  }

  /** Its networks are served by others, or not at all; a crash half-way leaves the rest to the keeper. */
  private async releaseNetworks(host: string): Promise<void> {
    const rows = await this.database.query<{ network_id: string }>(
      'SELECT network_id FROM dhcp_binding WHERE host = $1 ORDER BY network_id',
      [host],
    );
    for (const { network_id: networkId } of rows) {
      await this.database.transaction(async (tx) => {
        if (!(await this.networks.lockForChange(tx, networkId))) return;
        await this.placement.arrange(tx, networkId);
        const left = (await dhcpBindings(tx, networkId)).find((binding) => binding.host === host);
        if (left) await this.placement.remove(tx, networkId, left);
      });
    }
  }

  private async open(tx: Tx, id: string): Promise<AgentRow> {
    const [row] = await tx.query<AgentRow & Record<string, unknown>>(
      `SELECT a.id, a.host, a.role, ${alive('w')} AS live FROM agent a JOIN node w ON w.host = a.host WHERE a.id = $1 FOR UPDATE OF a`,
      [id],
    );
    if (!row) throw notFound(definition.notFound, definition.title, id);
    return row;
  }
}
