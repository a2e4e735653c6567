import { Injectable } from '@nestjs/common';
import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  DEVICE_OWNERS,
  type Json,
  notFound,
  ports as definition,
  type RequestContext,
  servesNetwork,
  SYSTEM_CONTEXT,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, requireRevision, type ResourceActions, type ResourceService } from '@weft/service-kit';
import { DropQuery } from '../drop/drop.query';
import { IpamSettings } from '../ipam.settings';
import { NetworkRepository, type NetworkRow } from '../network/network.repository';
import { parentTarget, requireMember, requireVisible } from '../network/network.target';
import { PortStatusQuery } from '../proof/status.query';
import { QosPolicyReferences } from '../qos/qos-policy.references';
import { changedSecurity, requestedSecurity, wantsDefault } from '../security/port-security';
import { References } from '../security/references';
import { type KeptGroups, SecurityGroups } from '../security/security-groups';
import { SubnetRepository, type SubnetRow } from '../subnet/subnet.repository';
import { Subports } from '../trunk/subports';
import { type Address, AddressAllocator, type FixedIpRequest } from './address.allocator';
import { portTarget } from './port.target';
import { changedPort, checkDnsName, requestedPort } from './port.request';
import { PortRepository, type PortRow } from './port.repository';
import { SubnetEligibility } from './subnet-eligibility';
import { PortUpdate } from './port.update';
import { type Draft, PortStore } from './port.store';

/** A network as all ports of a request find it. */
interface Parent {
  readonly network: NetworkRow;
  readonly subnets: readonly SubnetRow[];
}

/** Rules of ports. */
@Injectable()
export class PortService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(definition) private readonly guard: Guard,
    private readonly ports: PortRepository,
    private readonly writer: PortStore,
    private readonly addresses: AddressAllocator,
    private readonly open: SubnetEligibility,
    private readonly changer: PortUpdate,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
    private readonly qos: QosPolicyReferences,
    private readonly references: References,
    private readonly groups: SecurityGroups,
    private readonly subports: Subports,
    private readonly settings: IpamSettings,
    private readonly status: PortStatusQuery,
    private readonly drops: DropQuery,
  ) {}

  readonly actions: ResourceActions = {
    status: (ctx, { id }) => this.status.status(ctx, id),
    drops: (ctx, { id, query }) => this.drops.show(ctx, id, query),
  };

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    const make = (tx: Tx) => this.make(ctx, tx, items, explicit);
    return this.references.withReferences(ctx, () => this.database.writeAll(ctx, 'create_port', items, make, 'port'));
  }

  /** However many: each network is read once, and all ports are written at once. @returns their ids @throws UnknownReference */
  async make(
    ctx: RequestContext,
    tx: Tx,
    items: readonly Record<string, Json>[],
    explicit: readonly (readonly string[])[],
  ): Promise<string[]> {
    const parents = await this.parents(ctx, tx, items);
    const named = items.flatMap(({ security_groups }) => (security_groups as string[] | undefined) ?? []);
    const projects = items.filter(wantsDefault).map(({ project_id }) => project_id as string);
    const groups = await this.groups.keep(ctx, tx, named, projects);
    const drafts = items.map((item, i) =>
      this.draft(ctx, item, explicit[i]!, parents.get(item.network_id as string)!, groups),
    );
    groups.require(drafts.map(({ security_groups }) => security_groups));
    for (const id of new Set(drafts.map(({ qos_policy_id }) => qos_policy_id))) await this.qos.require(ctx, tx, id);
    const chosen = await this.choose(tx, items, drafts, parents);
    const made = await this.writer.create(
      tx,
      drafts.map((draft, i) => [{ ...draft, ip_allocation: chosen[i]!.allocation }, chosen[i]!.addresses]),
    );
    return made.map(({ id }) => id);
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    const change = async (tx: Tx) => {
      const { port, network } = await this.load(ctx, tx, id);
      this.guard.update(ctx, portTarget(port, network), changes);
      requireRevision(port, ifRevision);
      const changed = changedPort(port, changes);
      const security = changedSecurity(port, changes);
      const next = { ...changed, ...security, ...inherited(network, changed.device_owner) };
      if ('security_groups' in changes)
        (await this.groups.keep(ctx, tx, security.security_groups)).require([security.security_groups]);
      if (next.qos_policy_id !== port.qos_policy_id) await this.qos.require(ctx, tx, next.qos_policy_id);
      checkDnsName(next.dns_name, this.domainOf(network));
      await this.changer.change(tx, port, next, changes.fixed_ips as FixedIpRequest[] | undefined);
    };
    return this.references.withReferences(ctx, () => this.database.writeOne(ctx, 'update_port', id, change));
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_port', id, async (tx) => {
      const { port, network } = await this.load(ctx, tx, id);
      this.guard.delete(ctx, portTarget(port, network));
      requireRevision(port, ifRevision);
      if (DEVICE_OWNERS[port.device_owner]?.service) throw servicePortInUse(port);
      await this.subports.refuseTrunked(tx, id);
      await this.writer.delete(tx, port, await this.subnets.ofNetwork(tx, network.id));
    });
  }

  /** A port that the caller may change, locked. @returns its id @throws ApiError 404 */
  async lockOwn(ctx: RequestContext, tx: Tx, id: string): Promise<string> {
    const { port, network } = await this.load(ctx, tx, id);
    if (!this.guard.allows('update_port', ctx, portTarget(port, network)))
      throw notFound(definition.notFound, definition.title, id);
    return port.id;
  }

  /** Other addresses for a port, as by {@link update}. */
  async readdress(ctx: RequestContext, tx: Tx, id: string, fixed_ips: readonly FixedIpRequest[]): Promise<void> {
    const { port, network } = await this.load(ctx, tx, id);
    this.guard.update(ctx, portTarget(port, network), { fixed_ips: fixed_ips as unknown as Json });
    await this.changer.change(tx, port, port, fixed_ips);
  }

  /** For whoever has made it. */
  async remove(tx: Tx, id: string): Promise<void> {
    const { port, network } = await this.load(SYSTEM_CONTEXT, tx, id);
    await this.writer.delete(tx, port, await this.subnets.ofNetwork(tx, network.id));
  }

  readonly loadTarget = async (tx: Tx, id: string, ctx: RequestContext) => {
    const found = await this.find(ctx, tx, id);
    return found && { ...portTarget(found.port, found.network), tags: found.port.tags };
  };

  /** The networks of the ports to be, kept as they are. @throws ApiError 404 for one that the caller does not see */
  private async parents(
    ctx: RequestContext,
    tx: Tx,
    items: readonly Record<string, Json>[],
  ): Promise<Map<string, Parent>> {
    const parents = new Map<string, Parent>();
    for (const id of new Set(items.map((item) => item.network_id as string))) {
      const network = requireVisible(this.guard, ctx, id, await this.networks.lockForUse(tx, id, ctx.projectId));
      parents.set(id, { network, subnets: await this.subnets.ofNetwork(tx, id) });
    }
    return parents;
  }

  /** @throws ApiError 403 */
  private draft(
    ctx: RequestContext,
    item: Record<string, Json>,
    explicit: readonly string[],
    { network }: Parent,
    groups: KeptGroups,
  ): Draft {
    requireMember(ctx, 'port', item.project_id as string, network);
    this.guard.create(ctx, { ...item, ...parentTarget(network) }, explicit);
    const draft = this.writer.draft({
      ...requestedPort(item),
      ...requestedSecurity(item, network.port_security, groups.defaultOf(item.project_id as string)),
      ...inherited(network, item.device_owner as string),
    });
    checkDnsName(draft.dns_name, this.domainOf(network));
    return draft;
  }

  /** Addresses of each; those that are asked for come first, for nobody else may take them. */
  private async choose(
    tx: Tx,
    items: readonly Record<string, Json>[],
    drafts: readonly Draft[],
    parents: ReadonlyMap<string, Parent>,
  ): Promise<{ addresses: Address[]; allocation: PortRow['ip_allocation'] }[]> {
    const chosen = new Map<Draft, { addresses: Address[]; allocation: PortRow['ip_allocation'] }>();
    const alike = new Map<string, Draft[]>();
    for (const [i, draft] of drafts.entries()) {
      const { subnets } = parents.get(draft.network_id)!;
      const requests = items[i]!.fixed_ips as FixedIpRequest[] | undefined;
      if (requests) {
        const addresses = await this.addresses.requested(tx, draft.network_id, subnets, draft.mac, requests);
        await this.open.check(tx, subnets, draft, addresses);
        chosen.set(draft, { addresses, allocation: requests.length === 0 ? 'none' : 'immediate' });
      } else {
        const kind = JSON.stringify([draft.network_id, draft.device_owner, draft.host]);
        alike.set(kind, [...(alike.get(kind) ?? []), draft]);
      }
    }
    for (const group of alike.values()) {
      const { network, subnets } = parents.get(group[0]!.network_id)!;
      const usable = await this.open.open(tx, subnets, group[0]!);
      const macs = group.map(({ mac }) => mac);
      const addresses = usable && (await this.addresses.automatic(tx, network.id, usable, macs));
      for (const [i, draft] of group.entries())
        chosen.set(draft, { addresses: addresses?.[i] ?? [], allocation: usable ? 'immediate' : 'deferred' });
    }
    return drafts.map((draft) => chosen.get(draft)!);
  }

  private domainOf(network: NetworkRow): string {
    return network.dns_domain.replace(/\.$/, '') || this.settings.dnsDomain;
  }

  private async find(ctx: RequestContext, tx: Tx, id: string): Promise<{ port: PortRow; network: NetworkRow } | null> {
    const networkId = await this.ports.networkOf(tx, id);
    // The network first: whoever changes it takes its lock before those of its ports.
    const network = networkId && (await this.networks.lockForUse(tx, networkId, ctx.projectId));
    const port = network && (await this.ports.lock(tx, id));
    return port ? { port, network } : null;
  }

  private async load(ctx: RequestContext, tx: Tx, id: string): Promise<{ port: PortRow; network: NetworkRow }> {
    const found = await this.find(ctx, tx, id);
    if (!found) throw notFound(definition.notFound, definition.title, id);
    return found;
  }
}

const inherited = ({ qos_policy_id }: NetworkRow, deviceOwner: string) => ({
  qos_network_policy_id: servesNetwork(deviceOwner) ? null : qos_policy_id,
});

const servicePortInUse = ({ id, device_owner }: PortRow) =>
  conflict(
    'ServicePortInUse',
    `Port ${id} cannot be deleted directly via the port API: has device owner ${device_owner}.`,
  );
