import { Injectable } from '@nestjs/common';
import {
  type ActionRequest,
  agents,
  ApiError,
  conflict,
  type Json,
  networks,
  notFound,
  policyNotAuthorized,
  type RequestContext,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, InjectReader, ResourceReader } from '@weft/service-kit';
import { NetworkRepository } from '../network/network.repository';
import { networkNotFound } from '../network/network.target';
import { segmentOnNode } from '../segment/segment-on';
import { dhcpBindings, type DhcpNode } from './dhcp-nodes';
import { DhcpPlacement } from './dhcp.placement';

/** An operator's hand on the placement of DHCP: `agents/{id}/dhcp-networks` and `networks/{id}/dhcp-agents`. */
@Injectable()
export class DhcpScheduler {
  constructor(
    private readonly database: Database,
    @InjectGuard(agents) private readonly guard: Guard,
    private readonly networks: NetworkRepository,
    private readonly placement: DhcpPlacement,
    @InjectReader(networks) private readonly networkReader: ResourceReader,
    @InjectReader(agents) private readonly agentReader: ResourceReader,
  ) {}

  readonly agentActions = {
    list_dhcp_networks: async (ctx: RequestContext, { id }: ActionRequest): Promise<Json> => {
      this.allow('get_dhcp-networks', ctx);
      // An agent that is not there hosts nothing, as the reference answers.
      const rows = await this.database.query<{ network_id: string }>(
        `SELECT b.network_id FROM dhcp_binding b JOIN agent a ON a.host = b.host AND a.role = 'dhcp' WHERE a.id = $1 ORDER BY 1`,
        [id],
      );
      const ids = rows.map(({ network_id }) => network_id);
      return { networks: await objects(this.networkReader, ctx, ids) };
    },

    add_dhcp_network: (ctx: RequestContext, { id, body }: ActionRequest): Promise<Json> => {
      this.allow('create_dhcp-network', ctx);
      const networkId = (body as { network_id: string }).network_id;
      return this.database.transaction(async (tx) => {
        await this.lock(tx, networkId);
        const node = await this.node(tx, id, networkId);
        // The keeper would take away at once what it is given; to take a network away from it is to drain it.
        if (!node.inService) throw invalid(id);
        if ((await dhcpBindings(tx, networkId)).some(({ host }) => host === node.host))
          throw conflict(
            'NetworkHostedByDHCPAgent',
            `The network ${networkId} has been already hosted by the DHCP Agent ${id}.`,
          );
        if (node.segment === null)
          throw new ApiError(
            'InvalidDHCPAgent',
            404,
            `Agent ${id} cannot serve network ${networkId}: its node can carry none of its segments.`,
          );
        await tx.query('DELETE FROM dhcp_exclusion WHERE network_id = $1 AND host = $2', [networkId, node.host]);
        await this.placement.add(tx, networkId, node);
        return null;
      });
    },

    remove_dhcp_network: (ctx: RequestContext, { id, params }: ActionRequest): Promise<Json> => {
      this.allow('delete_dhcp-network', ctx);
      const networkId = params.network_id!;
      return this.database.transaction(async (tx) => {
        await this.lock(tx, networkId);
        const { host } = await this.node(tx, id, networkId);
        const binding = (await dhcpBindings(tx, networkId)).find((each) => each.host === host);
        if (!binding)
          throw conflict(
            'NetworkNotHostedByDhcpAgent',
            `The network ${networkId} is not hosted by the DHCP agent ${id}.`,
          );
        // It stays away until it is added again: the keeper must not undo what was just asked for.
        await tx.query('INSERT INTO dhcp_exclusion (network_id, host) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          networkId,
          host,
        ]);
        await this.placement.remove(tx, networkId, binding);
        await this.placement.arrange(tx, networkId);
        return null;
      });
    },
  };

  readonly networkActions = {
    list_dhcp_agents: async (ctx: RequestContext, { id }: ActionRequest): Promise<Json> => {
      this.allow('get_dhcp-agents', ctx);
      const rows = await this.database.query<{ id: string }>(
        `SELECT a.id FROM dhcp_binding b JOIN agent a ON a.host = b.host AND a.role = 'dhcp' WHERE b.network_id = $1 ORDER BY b.host`,
        [id],
      );
      const ids = rows.map((row) => row.id);
      return { agents: await objects(this.agentReader, ctx, ids) };
    },
  };

  private allow(rule: string, ctx: RequestContext): void {
    if (this.guard.allows(rule, ctx, {})) return;
    throw policyNotAuthorized(`rule:${rule}`);
  }

  private async lock(tx: Tx, networkId: string): Promise<void> {
    if (!(await this.networks.lockForChange(tx, networkId))) throw networkNotFound(networkId);
  }

  private async node(tx: Tx, agentId: string, networkId: string): Promise<DhcpNode & { readonly inService: boolean }> {
    const [row] = await tx.query<DhcpNode & { role: string; inService: boolean }>(
      `SELECT a.role, a.admin_state_up AS "inService", w.host, w.availability_zone AS zone, ${segmentOnNode('$2', 'w')} AS segment
       FROM agent a JOIN node w ON w.host = a.host WHERE a.id = $1`,
      [agentId, networkId],
    );
    if (!row) throw notFound('AgentNotFound', 'Agent', agentId);
    if (row.role !== 'dhcp') throw invalid(agentId);
    return row;
  }
}

const invalid = (agentId: string) =>
  new ApiError('InvalidDHCPAgent', 404, `Agent ${agentId} is not a valid DHCP Agent or has been disabled.`);

async function objects(reader: ResourceReader, ctx: RequestContext, ids: readonly string[]): Promise<Json[]> {
  return (await reader.showAll({ ctx }, ids)).map((text) => JSON.parse(text) as Json);
}
