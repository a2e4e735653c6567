import { randomUUID } from 'node:crypto';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  factKey,
  invalidInput,
  type Json,
  notFound,
  type RequestContext,
  subnets as definition,
  type UpdateRequest,
} from '@weft/contracts';
import { inRange, type Range, withoutValue } from '@weft/net';
import { type Database, type Tx, violatedConstraint } from '@weft/persistence';
import type { Guard, ResourceService } from '@weft/service-kit';
import type { RangeAllocator } from '../allocation/range-allocator';
import type { DhcpPlacement } from '../dhcp/dhcp-placement';
import type { NetworkRepository, NetworkRow } from '../network/network.repository';
import { parentTarget, requireVisible } from '../network/network.target';
import { requireRevision } from '../revision';
import { checkPlan, freeRanges, planSubnet } from './subnet-plan';
import type { SubnetRepository, SubnetRow } from './subnet.repository';

const CHANGEABLE = [
  'name',
  'description',
  'gateway_ip',
  'enable_dhcp',
  'allocation_pools',
  'dns_nameservers',
  'host_routes',
];

/**
 * A network is told to nodes whole, in one message: its subnets with their routes and name servers stay well below the broker's
 * default max payload of 1 MiB. That is some 400 subnets that use all they may, and thousands of plain ones.
 */
const MOST_FACT_BYTES = 700_000;

/** Rules of subnets. Each write holds its network for change: the set of subnets never moves under an allocation. */
export class SubnetService implements ResourceService {
  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
    private readonly subnets: SubnetRepository,
    private readonly networks: NetworkRepository,
    private readonly ranges: RangeAllocator,
    private readonly placement: DhcpPlacement,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = (tx: Tx, item: Record<string, Json>, i: number) => this.createOne(ctx, tx, item, explicit[i]!);
    return this.database.writeEach(ctx, 'create_subnet', items, one, async (tx) => {
      // Once for each network, however many of its subnets come: it is told with all of them.
      for (const networkId of new Set(items.map((item) => item.network_id as string)))
        await this.publish(tx, networkId);
    });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_subnet', id, async (tx) => {
      const { subnet, network } = await this.open(tx, id);
      this.guard.update(ctx, targetOf(subnet, network), changes);
      requireRevision(subnet, ifRevision);
      if ('segment_id' in changes && changes.segment_id !== subnet.segment_id) {
        throw invalidInput('The segment of a subnet cannot be changed');
      }
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
      const { subnet, network } = await this.open(tx, id);
      this.guard.delete(ctx, targetOf(subnet, network));
      requireRevision(subnet, ifRevision);
      const used = await tx.query(
        `SELECT 1 FROM ip_allocation a JOIN port p ON p.id = a.port_id
           WHERE a.subnet_id = $1 AND p.device_owner <> 'network:dhcp' LIMIT 1`,
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
      await this.subnets.delete(tx, id);
      await this.networks.touch(tx, subnet.network_id);
      await this.publishNetwork(tx, subnet.network_id);
      tx.event('event.ipam.subnet.deleted', { id, project_id: subnet.project_id });
    });
  }

  readonly loadTarget = async (tx: Tx, id: string) => {
    const found = await this.find(tx, id);
    return found && { ...targetOf(found.subnet, found.network), tags: found.subnet.tags };
  };

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    const networkId = item.network_id as string;
    const found = await this.networks.lockForChange(tx, networkId);
    const network = requireVisible(this.guard, ctx, networkId, found);
    this.guard.create(ctx, { ...item, ...parentTarget(network) }, explicit);
    if (item.segment_id !== null && item.segment_id !== undefined)
      await this.requireSegment(tx, networkId, item.segment_id as string);
    const id = randomUUID();
    const plan = planSubnet(item);
    try {
      await this.subnets.insert(tx, {
        ...plan,
        id,
        network_id: networkId,
        project_id: item.project_id as string,
        name: item.name as string,
        description: item.description as string,
        segment_id: (item.segment_id as string | undefined) ?? null,
      });
    } catch (error) {
      if (violatedConstraint(error) !== 'subnet_overlap') throw error;
      throw invalidInput(
        `Requested subnet with cidr: ${plan.cidr} for network: ${networkId} overlaps with another subnet`,
      );
    }
    await this.ranges.define(tx, id, freeRanges(plan));
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
    for (const { generation, value } of await this.networks.facts(tx, [networkId])) {
      if (Buffer.byteLength(JSON.stringify(value)) > MOST_FACT_BYTES) {
        throw conflict('OverQuota', "Quota exceeded for resources: ['subnet'].");
      }
      tx.fact(factKey.network(networkId), { generation, value });
    }
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
    const lists = ['allocation_pools', 'dns_nameservers', 'host_routes'];
    return Object.fromEntries(known.map(([name, value]) => [name, lists.includes(name) ? (value ?? []) : value]));
  }

  private async requireSegment(tx: Tx, networkId: string, segmentId: string): Promise<void> {
    const [row] = await tx.query('SELECT 1 FROM segment WHERE id = $1 AND network_id = $2', [segmentId, networkId]);
    if (!row) throw notFound('SegmentNotFound', 'Segment', segmentId);
  }

  private async find(tx: Tx, id: string): Promise<{ subnet: SubnetRow; network: NetworkRow } | null> {
    const before = await this.subnets.find(tx, id);
    const network = before && (await this.networks.lockForChange(tx, before.network_id));
    // Read again under the lock: it may have changed while this waited.
    const subnet = network && (await this.subnets.find(tx, id));
    return subnet ? { subnet, network } : null;
  }

  private async open(tx: Tx, id: string): Promise<{ subnet: SubnetRow; network: NetworkRow }> {
    const found = await this.find(tx, id);
    if (!found) throw notFound(definition.notFound, definition.title, id);
    return found;
  }
}

const targetOf = (subnet: SubnetRow, network: NetworkRow) => ({
  id: subnet.id,
  project_id: subnet.project_id,
  tenant_id: subnet.project_id,
  segment_id: subnet.segment_id,
  ...parentTarget(network),
});
