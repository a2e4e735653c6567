import { randomUUID } from 'node:crypto';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  factKey,
  invalidInput,
  type Json,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { type Database, type Tx, violatedConstraint } from '@weft/persistence';
import type { Guard, ResourceService } from '@weft/service-kit';
import type { DhcpPlacement } from '../dhcp/dhcp-placement';
import { nextGeneration } from '../generation';
import { requireRevision } from '../revision';
import type { SegmentTypes } from '../segment/segment-type';
import type { SubnetRepository } from '../subnet/subnet.repository';
import type { NetworkRepository, NetworkRow } from './network.repository';
import { networkNotFound, networkTarget } from './network.target';

const PROVIDER = ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'] as const;

/** Rules of networks. */
export class NetworkService implements ResourceService {
  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
    private readonly segments: SegmentTypes,
    private readonly placement: DhcpPlacement,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_network', items, (tx, item, i) =>
      this.createOne(ctx, tx, item, explicit[i]!),
    );
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_network', id, async (tx) => {
      const network = await this.open(tx, id);
      this.guard.update(ctx, networkTarget(network), changes);
      requireRevision(network, ifRevision);
      this.refuseProviderChange(network, changes);
      const mtu = 'mtu' in changes ? this.mtu(network.network_type, changes.mtu as number) : network.mtu;
      await this.networks.update(tx, { ...network, ...pick(changes), mtu });
      await this.placement.arrange(tx, id);
      await this.publish(tx, id);
      tx.event('event.ipam.network.updated', { id, project_id: network.project_id });
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_network', id, async (tx) => {
      const network = await this.open(tx, id);
      this.guard.delete(ctx, networkTarget(network));
      requireRevision(network, ifRevision);
      const ports = await tx.query<{ id: string }>(
        `SELECT id FROM port WHERE network_id = $1 AND device_owner <> 'network:dhcp' ORDER BY id`,
        [id],
      );
      if (ports.length > 0)
        throw networkInUse(
          id,
          ports.map((port) => port.id),
        );
      await this.placement.remove(tx, id);
      await this.subnets.deleteAll(tx, id);
      await this.networks.delete(tx, id);
      await this.segments.of(network.network_type).release(tx, segmentOf(network));
      tx.fact(factKey.network(id), { generation: await nextGeneration(tx), value: null });
      tx.event('event.ipam.network.deleted', { id, project_id: network.project_id });
    });
  }

  /** For decisions about the network itself, e.g. its tags. */
  readonly loadTarget = async (tx: Tx, id: string) => {
    const network = await this.networks.lockForChange(tx, id);
    return network && { ...networkTarget(network), tags: network.tags };
  };

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    this.guard.create(ctx, item, explicit);
    const type = this.segments.of((item['provider:network_type'] as string | undefined) ?? this.typeFor(item));
    const segment = await type.allocate(tx, {
      physicalNetwork: item['provider:physical_network'] as string | null | undefined,
      segmentationId: item['provider:segmentation_id'] as number | null | undefined,
    });
    const id = randomUUID();
    const network = {
      id,
      projectId: item.project_id as string,
      name: item.name as string,
      description: item.description as string,
      adminStateUp: item.admin_state_up as boolean,
      shared: item.shared as boolean,
      mtu: this.mtu(segment.networkType, item.mtu as number),
    };
    try {
      await this.networks.insert(tx, network, segment);
    } catch (error) {
      throw segmentConflict(error, segment) ?? error;
    }
    await this.publish(tx, id);
    tx.event('event.ipam.network.created', { id, project_id: network.projectId });
    return id;
  }

  private typeFor(item: Record<string, Json>): string {
    // Naming where without naming what is a mistake, not a wish for a default.
    for (const name of PROVIDER) {
      if (item[name] !== undefined && item[name] !== null) throw invalidInput('network_type required');
    }
    return this.segments.tenantType;
  }

  /** Zero asks for the greatest that fits. */
  private mtu(type: NetworkRow['network_type'], wanted: number): number {
    const largest = this.segments.largestMtu(type);
    if (wanted > largest) throw invalidInput(`Requested MTU is too big, maximum is ${largest}`);
    if (wanted !== 0 && wanted < 68) throw invalidInput('Requested MTU is too small, minimum is 68');
    return wanted === 0 ? largest : wanted;
  }

  private refuseProviderChange(network: NetworkRow, changes: Record<string, Json>): void {
    const now: Record<string, Json> = {
      'provider:network_type': network.network_type,
      'provider:physical_network': network.physical_network,
      'provider:segmentation_id': network.segmentation_id,
    };
    if (PROVIDER.some((name) => name in changes && changes[name] !== now[name])) {
      throw invalidInput(
        'Plugin does not support updating the following provider network attributes: ' +
          PROVIDER.filter((name) => name in changes).join(', '),
      );
    }
  }

  private async open(tx: Tx, id: string): Promise<NetworkRow> {
    const network = await this.networks.lockForChange(tx, id);
    if (!network) throw networkNotFound(id);
    return network;
  }

  private async publish(tx: Tx, id: string): Promise<void> {
    for (const { generation, value } of await this.networks.facts(tx, [id]))
      tx.fact(factKey.network(id), { generation, value });
  }
}

const networkInUse = (id: string, ports: readonly string[]) =>
  conflict(
    'NetworkInUse',
    `Unable to complete operation on network ${id}. There are one or more ports still in use on the network, ` +
      `id for these ports is: ${ports.join(',')}.`,
  );

const segmentOf = (network: NetworkRow) => ({
  networkType: network.network_type,
  physicalNetwork: network.physical_network,
  segmentationId: network.segmentation_id,
});

const pick = (changes: Record<string, Json>) =>
  Object.fromEntries(
    Object.entries(changes).filter(([name]) => ['name', 'description', 'admin_state_up', 'shared'].includes(name)),
  ) as Partial<NetworkRow>;

function segmentConflict(error: unknown, segment: { physicalNetwork: string | null; segmentationId: number | null }) {
  switch (violatedConstraint(error)) {
    case 'segment_flat':
      return conflict(
        'FlatNetworkInUse',
        `Unable to create the flat network. Physical network ${segment.physicalNetwork} is in use.`,
      );
    case 'segment_vxlan':
      return conflict(
        'TunnelIdInUse',
        `Unable to create the network. The tunnel ID ${segment.segmentationId} is in use.`,
      );
    default:
      return null;
  }
}
