import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import {
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  DHCP_OWNER,
  invalidInput,
  type Json,
  notFound,
  overQuota,
  type RequestContext,
  subnets as definition,
  type UpdateRequest,
} from '@weft/contracts';
import { inRange, type Range, withoutValue } from '@weft/net';
import { Database, type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard, requireRevision, type ResourceService } from '@weft/service-kit';
import { RangeAllocator } from '../allocation/range-allocator';
import { DhcpPlacement } from '../dhcp/dhcp.placement';
import { NetworkRepository, type NetworkRow } from '../network/network.repository';
import { parentTarget, requireMember, requireVisible } from '../network/network.target';
import { SlaacAddresses } from '../port/slaac-addresses';
import { SubnetPoolReferences } from '../subnet-pool/subnet-pool.references';
import { prefixRequest } from './prefix-request';
import { checkPlan, freeRanges, planSubnet } from './subnet-plan';
import { SubnetRepository, type SubnetRow } from './subnet.repository';

const CHANGEABLE = [
  'name',
  'description',
  'gateway_ip',
  'enable_dhcp',
  'allocation_pools',
  'dns_nameservers',
  'host_routes',
  'segment_id',
  'service_types',
  'dns_publish_fixed_ip',
];

/**
 * A network is told to nodes whole, in one message: its subnets with their routes and name servers stay well below the broker's
 * default max payload of 1 MiB. That is some 400 subnets that use all they may, and thousands of plain ones.
 */
const MOST_FACT_BYTES = 700_000;

/** Rules of subnets. Each write holds its network for change: the set of subnets never moves under an allocation. */
@Injectable()
export class SubnetService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly subnets: SubnetRepository,
    private readonly networks: NetworkRepository,
    private readonly ranges: RangeAllocator,
    private readonly placement: DhcpPlacement,
    private readonly pools: SubnetPoolReferences,
    private readonly autoAddresses: SlaacAddresses,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = (tx: Tx, item: Record<string, Json>, i: number) => this.createOne(ctx, tx, item, explicit[i]!);
    const finish = async (tx: Tx) => {
      // Once for each network, however many of its subnets come: it is told with all of them.
      for (const networkId of new Set(items.map((item) => item.network_id as string)))
        await this.publish(tx, networkId);
    };
    return this.database.writeEach(ctx, 'create_subnet', items, one, { quota: 'subnet', finish });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_subnet', id, async (tx) => {
      const { subnet, network } = await this.open(ctx, tx, id);
      this.guard.update(ctx, targetOf(subnet, network), changes);
      requireRevision(subnet, ifRevision);
      if ('segment_id' in changes) await this.associate(tx, subnet, changes.segment_id as string | null);
      const wanted = checkPlan({ ...subnet, ...this.changesOf(changes) }, id);
      if (!wanted.enable_dhcp && (subnet.ipv6_ra_mode ?? subnet.ipv6_address_mode) !== null) {
        throw invalidInput('ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False');
      }
      await this.subnets.update(tx, wanted);
      if ('allocation_pools' in changes) await this.redefinePool(tx, wanted);
      await this.publish(tx, subnet.network_id);
      tx.event('event.ipam.subnet.updated', { id, project_id: subnet.project_id });
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_subnet', id, async (tx) => {
      const { subnet, network } = await this.open(ctx, tx, id);
      this.guard.delete(ctx, targetOf(subnet, network));
      requireRevision(subnet, ifRevision);
      await this.autoAddresses.take(tx, subnet);
      const used = await tx.query(
        `SELECT 1 FROM ip_allocation a JOIN port p ON p.id = a.port_id
           WHERE a.subnet_id = $1 AND p.device_owner <> '${DHCP_OWNER}' LIMIT 1`,
        [id],
      );
      if (used.length > 0) {
        throw conflict(
          'SubnetInUse',
          `Unable to complete operation on subnet ${id}: One or more ports have an IP allocation from this subnet.`,
        );
      }
      await this.placement.arrange(tx, subnet.network_id, id);
      await this.placement.vacate(tx, subnet.network_id, id);
      await this.subnets.delete(tx, subnet);
      await this.networks.touch(tx, subnet.network_id);
      await this.publishNetwork(tx, subnet.network_id);
      tx.event('event.ipam.subnet.deleted', { id, project_id: subnet.project_id });
    });
  }

  readonly loadTarget = async (tx: Tx, id: string, ctx: RequestContext) => {
    const found = await this.find(ctx, tx, id);
    return found && { ...targetOf(found.subnet, found.network), tags: found.subnet.tags };
  };

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    const networkId = item.network_id as string;
    const found = await this.networks.lockForChange(tx, networkId, ctx.projectId);
    const network = requireVisible(this.guard, ctx, networkId, found);
    requireMember(ctx, 'subnet', item.project_id as string, network);
    this.guard.create(ctx, { ...item, ...parentTarget(network) }, explicit);
    const segmentId = (item.segment_id as string | null | undefined) ?? null;
    await requireSegment(tx, networkId, segmentId);
    const others = await this.subnets.ofNetwork(tx, networkId);
    requireAllAlike(segmentId, others);
    const { cidr, subnetpool_id } = await this.pools.prefixFor(ctx, tx, item, prefixRequest(item), others);
    const id = randomUUID();
    const plan = planSubnet(item, cidr);
    try {
      await this.subnets.insert(tx, {
        ...plan,
        id,
        network_id: networkId,
        project_id: item.project_id as string,
        name: item.name as string,
        description: item.description as string,
        segment_id: segmentId,
        subnetpool_id,
        service_types: (item.service_types as string[] | undefined) ?? [],
        dns_publish_fixed_ip: item.dns_publish_fixed_ip as boolean,
      });
    } catch (error) {
      if (violatedConstraint(error) !== 'subnet_overlap') throw error;
      throw invalidInput(
        `Requested subnet with cidr: ${plan.cidr} for network: ${networkId} overlaps with another subnet`,
      );
    }
    await this.ranges.define(tx, id, freeRanges(plan));
    const made = await this.subnets.find(tx, id);
    await this.autoAddresses.give(tx, made!, [...others, made!]);
    tx.event('event.ipam.subnet.created', { id, project_id: item.project_id });
    return id;
  }

  /** Placement first: DHCP ports take their addresses, then the network is told with all its subnets. */
  private async publish(tx: Tx, networkId: string): Promise<void> {
    await this.placement.arrange(tx, networkId);
    await this.networks.touch(tx, networkId);
    await this.publishNetwork(tx, networkId);
  }

  private async publishNetwork(tx: Tx, networkId: string): Promise<void> {
    const value = await this.networks.publish(tx, networkId);
    if (Buffer.byteLength(JSON.stringify(value)) > MOST_FACT_BYTES) throw overQuota(['subnet']);
  }

  /** What is free: the new pools without what is given out. */
  private async redefinePool(tx: Tx, subnet: SubnetRow): Promise<void> {
    const used = await this.subnets.allocated(tx, subnet.id);
    const free = used.reduce<Range[]>(
      (left, ip) => (left.some((range) => inRange(range, ip)) ? withoutValue(left, ip) : left),
      freeRanges(subnet),
    );
    await this.ranges.define(tx, subnet.id, free);
  }

  private changesOf(changes: Record<string, Json>): Partial<SubnetRow> {
    const known = Object.entries(changes).filter(([name]) => CHANGEABLE.includes(name));
    // Null empties a list, as in POST.
    const lists = ['allocation_pools', 'dns_nameservers', 'host_routes', 'service_types'];
    return Object.fromEntries(known.map(([name, value]) => [name, lists.includes(name) ? (value ?? []) : value]));
  }

  /** A subnet on all segments becomes one of a single segment, and the network a routed one: while it is the only one. */
  private async associate(tx: Tx, subnet: SubnetRow, segmentId: string | null): Promise<void> {
    if (segmentId === subnet.segment_id) return;
    if (subnet.segment_id !== null) {
      throw new ApiError(
        'SubnetSegmentAssociationChangeNotAllowed',
        400,
        'A subnet that is already associated with a segment cannot have its segment association changed.',
      );
    }
    await requireSegment(tx, subnet.network_id, segmentId);
    const others = (await this.subnets.ofNetwork(tx, subnet.network_id)).filter(({ id }) => id !== subnet.id);
    requireAllAlike(segmentId, others);
  }

  private async find(
    ctx: RequestContext,
    tx: Tx,
    id: string,
  ): Promise<{ subnet: SubnetRow; network: NetworkRow } | null> {
    const before = await this.subnets.find(tx, id);
    const network = before && (await this.networks.lockForChange(tx, before.network_id, ctx.projectId));
    // Read again under the lock: it may have changed while this waited.
    const subnet = network && (await this.subnets.find(tx, id));
    return subnet ? { subnet, network } : null;
  }

  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<{ subnet: SubnetRow; network: NetworkRow }> {
    const found = await this.find(ctx, tx, id);
    if (!found) throw notFound(definition.notFound, definition.title, id);
    return found;
  }
}

async function requireSegment(tx: Tx, networkId: string, segmentId: string | null): Promise<void> {
  if (segmentId === null) return;
  const [row] = await tx.query<{ network_id: string }>('SELECT network_id FROM segment WHERE id = $1', [segmentId]);
  if (!row) throw notFound('SegmentNotFound', 'Segment', segmentId);
  if (row.network_id !== networkId)
    throw new ApiError('NetworkIdsDontMatch', 400, `Subnet and segment ${segmentId} are not of the same network.`);
}

/** All subnets of a network are on one segment each, or all of them on all. */
function requireAllAlike(segmentId: string | null, others: readonly SubnetRow[]): void {
  if (others.every((other) => (other.segment_id === null) === (segmentId === null))) return;
  throw new ApiError(
    'SubnetsNotAllAssociatedWithSegments',
    400,
    `All of the subnets on network '${others[0]!.network_id}' must either all be associated with segments or all not associated with any segment.`,
  );
}

const targetOf = (subnet: SubnetRow, network: NetworkRow) => ({
  id: subnet.id,
  project_id: subnet.project_id,
  tenant_id: subnet.project_id,
  segment_id: subnet.segment_id,
  ...parentTarget(network),
});
