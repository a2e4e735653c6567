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
  networks,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, publishCurrent, requireRevision, type ResourceService } from '@weft/service-kit';
import { DhcpPlacement } from '../dhcp/dhcp.placement';
import { DhcpScheduler } from '../dhcp/dhcp.scheduler';
import { PortStore } from '../port/port.store';
import { QosPolicyReferences } from '../qos/qos-policy.references';
import { SegmentAllocator } from '../segment/segment-allocator';
import { SegmentRepository } from '../segment/segment.repository';
import type { Segment } from '../segment/segment-type';
import { NetworkShareable } from '../sharing/network.shareable';
import { type Access, closeAll, closeToEverybody, EVERYBODY, openToEverybody } from '../sharing/sharing';
import { SubnetRepository } from '../subnet/subnet.repository';
import { NetworkRepository, type NetworkRow } from './network.repository';
import { allocateNamed, changedProvider, requestedSegments } from './network.segments';
import { networkNotFound, networkTarget } from './network.target';

/** Attributes that are grants to everybody. */
const OPENINGS: Readonly<Record<string, Access>> = {
  shared: 'access_as_shared',
  'router:external': 'access_as_external',
};

const CHANGEABLE = ['name', 'description', 'admin_state_up', 'dns_domain', 'qos_policy_id'];

/** Rules of networks. */
@Injectable()
export class NetworkService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(networks) private readonly guard: Guard,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
    private readonly segments: SegmentRepository,
    private readonly allocator: SegmentAllocator,
    private readonly placement: DhcpPlacement,
    private readonly sharing: NetworkShareable,
    private readonly qos: QosPolicyReferences,
    private readonly ports: PortStore,
    private readonly scheduler: DhcpScheduler,
  ) {}

  readonly actions = this.scheduler.networkActions;

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const one = (tx: Tx, item: Record<string, Json>, i: number) => this.createOne(ctx, tx, item, explicit[i]!);
    return this.database.writeEach(ctx, 'create_network', items, one, { quota: 'network' });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_network', id, async (tx) => {
      const network = await this.open(ctx, tx, id);
      this.guard.update(ctx, networkTarget(network), changes);
      requireRevision(network, ifRevision);
      const segments = await this.move(tx, network, changes);
      if ('qos_policy_id' in changes && changes.qos_policy_id !== network.qos_policy_id) {
        const policy = await this.qos.require(ctx, tx, changes.qos_policy_id as string | null);
        await this.ports.inheritQos(tx, id, policy);
      }
      await this.networks.update(tx, {
        ...network,
        ...Object.fromEntries(Object.entries(changes).filter(([name]) => CHANGEABLE.includes(name))),
        ...('port_security_enabled' in changes && { port_security: changes.port_security_enabled as boolean }),
        mtu: this.mtu(segments, 'mtu' in changes ? (changes.mtu as number) : network.mtu, !('mtu' in changes)),
      });
      for (const [attribute, access] of Object.entries(OPENINGS))
        if (attribute in changes) await this.setOpen(tx, network, access, changes[attribute] as boolean);
      await this.placement.arrange(tx, id);
      await this.networks.publish(tx, id);
      tx.event('event.ipam.network.updated', { id, project_id: network.project_id });
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_network', id, async (tx) => {
      const network = await this.open(ctx, tx, id);
      this.guard.delete(ctx, networkTarget(network));
      requireRevision(network, ifRevision);
      const ports = await tx.query<{ id: string }>(
        // A client may call a port of his a server's: as part of a trunk it is in use all the same.
        `SELECT id FROM port p WHERE network_id = $1 AND (device_owner <> '${DHCP_OWNER}'
           OR EXISTS (SELECT 1 FROM trunk t WHERE t.port_id = p.id) OR EXISTS (SELECT 1 FROM subport s WHERE s.port_id = p.id))
         ORDER BY id`,
        [id],
      );
      if (ports.length > 0)
        throw networkInUse(
          id,
          ports.map((port) => port.id),
        );
      await this.placement.dissolve(tx, id);
      await this.subnets.deleteAll(tx, id);
      const segments = await this.segments.ofNetwork(tx, id);
      await closeAll(tx, id);
      await this.networks.delete(tx, network);
      for (const segment of segments) await this.allocator.release(tx, segment);
      await publishCurrent(tx, this.networks.facts, { kind: 'network', network: id });
      tx.event('event.ipam.network.deleted', { id, project_id: network.project_id });
    });
  }

  /** For decisions about the network itself, e.g. its tags. */
  readonly loadTarget = async (tx: Tx, id: string, ctx: RequestContext) => {
    const network = await this.networks.lockForChange(tx, id, ctx.projectId);
    return network && { ...networkTarget(network), tags: network.tags };
  };

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    this.guard.create(ctx, item, explicit);
    const project = item.project_id as string;
    const named = requestedSegments(item);
    const segments: Segment[] = [];
    for (const one of named ?? []) segments.push(await allocateNamed(tx, this.allocator, one, project));
    if (!named) segments.push(await this.allocator.allocateTenant(tx, project));
    const network = {
      id: randomUUID(),
      project_id: project,
      name: item.name as string,
      description: item.description as string,
      admin_state_up: item.admin_state_up as boolean,
      mtu: this.mtu(segments, item.mtu as number),
      dns_domain: item.dns_domain as string,
      port_security: item.port_security_enabled as boolean,
      qos_policy_id: await this.policyOf(ctx, tx, item),
      availability_zone_hints: await this.zones(tx, item.availability_zone_hints as string[]),
    };
    const { id } = network;
    await this.networks.insert(tx, network);
    for (const segment of segments) await this.segments.insert(tx, id, segment);
    for (const [attribute, access] of Object.entries(OPENINGS))
      if (item[attribute] === true) await openToEverybody(tx, 'network', network, access);
    await this.networks.publish(tx, id);
    tx.event('event.ipam.network.created', { id, project_id: project });
    return id;
  }

  /** The one named, else the project's default. */
  private policyOf(ctx: RequestContext, tx: Tx, item: Record<string, Json>): Promise<string | null> {
    const named = (item.qos_policy_id as string | null | undefined) ?? null;
    return named === null ? this.qos.defaultOf(tx, item.project_id as string) : this.qos.require(ctx, tx, named);
  }

  /** @throws ApiError 404 for a zone that no node is in */
  private async zones(tx: Tx, hints: readonly string[]): Promise<readonly string[]> {
    if (hints.length === 0) return hints;
    const known = await tx.query<{ zone: string }>(
      `SELECT DISTINCT w.availability_zone AS zone FROM node w JOIN agent a ON a.host = w.host AND a.role = 'dhcp'`,
    );
    const unknown = hints.find((hint) => !known.some(({ zone }) => zone === hint));
    if (unknown === undefined) return hints;
    throw new ApiError('AvailabilityZoneNotFound', 404, `AvailabilityZone ${unknown} could not be found.`);
  }

  /** Moves a network to where its changed provider attributes say, under its instances. */
  private async move(tx: Tx, network: NetworkRow, changes: Record<string, Json>): Promise<Segment[]> {
    const segments = await this.segments.ofNetwork(tx, network.id);
    if ('segments' in changes) throw invalidInput('Plugin does not support updating segments: see /v2.0/segments');
    const wanted = changedProvider(segments[0]!, changes);
    if (!wanted) return segments;
    if (segments.length > 1)
      throw invalidInput('Plugin does not support updating provider attributes of several segments');
    const segment = await allocateNamed(tx, this.allocator, wanted, network.project_id);
    await this.segments.replace(tx, segments[0]!.id, segment);
    await this.allocator.release(tx, segments[0]!);
    return [segment];
  }

  private async setOpen(tx: Tx, network: NetworkRow, access: Access, open: boolean): Promise<void> {
    if (open) return openToEverybody(tx, 'network', network, access);
    await closeToEverybody(tx, network.id, access);
    const dependents = await this.sharing.dependents(tx, {
      object_id: network.id,
      action: access,
      target_project: EVERYBODY,
    });
    if (dependents.length === 0) return;
    throw access === 'access_as_shared'
      ? conflict(
          'InvalidSharedSetting',
          `Unable to reconfigure sharing settings for network ${network.name}. Multiple tenants are using it.`,
        )
      : conflict(
          'ExternalNetworkInUse',
          `External network ${network.id} cannot be updated to be made non-external, since it has existing gateway ports.`,
        );
  }

  /** Zero asks for the greatest that fits; what a network has is made to fit where it moves to. */
  private mtu(segments: readonly Segment[], wanted: number, fit = false): number {
    const largest = this.allocator.largestMtu(segments);
    if (wanted > largest && fit) return largest;
    if (wanted > largest) throw invalidInput(`Requested MTU is too big, maximum is ${largest}`);
    if (wanted !== 0 && wanted < 68) throw invalidInput('Requested MTU is too small, minimum is 68');
    return wanted === 0 ? largest : wanted;
  }

  private async open(ctx: RequestContext, tx: Tx, id: string): Promise<NetworkRow> {
    const network = await this.networks.lockForChange(tx, id, ctx.projectId);
    if (!network) throw networkNotFound(id);
    return network;
  }
}

const networkInUse = (id: string, ports: readonly string[]) =>
  conflict(
    'NetworkInUse',
    `Unable to complete operation on network ${id}. There are one or more ports still in use on the network, ` +
      `id for these ports is: ${ports.join(',')}.`,
  );
