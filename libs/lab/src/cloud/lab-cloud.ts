import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusProof } from '@weft/contracts';
import { Failure } from '../failure';
import type { Hosts } from '../hosts';
import type { Instances } from '../instances';
import type { ApiClient, ApiObject, PortObject } from './api-client';

/** `device_owner` of every port that belongs to an instance of the lab: the API is where instances are remembered. */
export const DEVICE_OWNER = 'compute:lab';
/** Ports that came with an instance go with it; those that were given to it stay. */
const MADE_HERE = 'made by weft instance boot';

export interface BootRequest {
  readonly name: string;
  /** Name or id. */
  readonly network?: string;
  readonly subnet?: string;
  /** An existing port instead of a network. */
  readonly port?: string;
  /** Names or ids, of a port that is made; none: the project's default group. */
  readonly securityGroups?: readonly string[];
  /** Default: the host with the fewest instances. */
  readonly host?: string;
}

/** A step of long work, told when it is done. */
export type OnStep = (what: string, milliseconds: number) => void;

export interface BootedInstance {
  readonly name: string;
  readonly host: string;
  readonly port: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  /** What DHCP gave; null: no subnet of the port has DHCP. */
  readonly lease: string | null;
}

export interface InstanceSummary {
  readonly name: string;
  readonly host: string | null;
  /** `running`: plugged in on its host; `lost`: the API knows its ports, its host does not; `stray`: the other way round. */
  readonly state: 'running' | 'lost' | 'stray';
  readonly ports: readonly {
    readonly id: string;
    readonly mac: string;
    readonly addresses: readonly string[];
    readonly status: string;
  }[];
}

interface SubnetObject {
  readonly id: string;
  readonly ip_version: 4 | 6;
  readonly enable_dhcp: boolean;
  readonly ipv6_address_mode: string | null;
  readonly ipv6_ra_mode: string | null;
}

const ACTIVE_WITHIN_MS = 30_000;
const LEASE_WITHIN_MS = 20_000;

/**
 * What a compute service does, for the lab: makes ports and binds them, plugs instances in on hosts, finds them again from the
 * API and the machine.
 */
export class LabCloud {
  /**
   * @param user whose ports they are
   * @param compute binds ports to hosts, which a tenant may not; an administrator
   */
  constructor(
    private readonly user: ApiClient,
    private readonly compute: ApiClient,
    private readonly hosts: Hosts,
    private readonly instances: Instances,
  ) {}

  /**
   * Creates or takes a port, binds it, plugs it in, waits for `ACTIVE` and for the lease.
   * @param prepare called once it is sure that the instance is a new one
   */
  async boot(
    request: BootRequest,
    onStep: OnStep = () => undefined,
    prepare: () => void = () => undefined,
  ): Promise<BootedInstance> {
    const { name } = request;
    if ((await this.portsOf(name)).length > 0 || (await this.hostOf(name)) !== null)
      throw new Failure(`An instance "${name}" exists already: weft instance delete ${name}, or weft instance attach.`);
    const host = request.host ?? (await this.leastLoadedHost());
    await this.requireHost(host);
    prepare();
    return this.connect(name, host, request, onStep);
  }

  /** One more interface for a running instance. */
  async attach(
    name: string,
    request: Omit<BootRequest, 'name' | 'host'>,
    onStep: OnStep = () => undefined,
  ): Promise<BootedInstance> {
    return this.connect(name, await this.requireInstance(name), request, onStep);
  }

  /** Takes an interface out: by port, or by network when that names exactly one. */
  async detach(name: string, which: { readonly port?: string; readonly network?: string }): Promise<void> {
    const host = await this.requireInstance(name);
    const network = which.network === undefined ? null : await this.find('networks', 'network', which.network);
    const ports = (await this.portsOf(name)).filter(
      (port) =>
        (which.port === undefined || port.id === which.port || port.name === which.port) &&
        (network === null || port.network_id === network.id),
    );
    const [port] = ports;
    if (port === undefined) throw new Failure(`Instance "${name}" has no such interface.`);
    if (ports.length > 1)
      throw new Failure(`Several interfaces of "${name}" fit: give --port (${ports.map(({ id }) => id).join(', ')}).`);
    await this.instances.unplug(host, name, port.id);
    await this.release(port);
  }

  /** Ends an instance; its own ports are deleted, those that were given to it are set free. */
  async delete(name: string): Promise<void> {
    const ports = await this.portsOf(name);
    const running = (await this.instances.list()).filter((instance) => instance.name === name);
    if (ports.length === 0 && running.length === 0) throw new Failure(`There is no instance "${name}".`);
    for (const { host } of running) await this.instances.destroy(host, name);
    for (const port of ports) await this.release(port);
  }

  /** Every instance that the API or a host knows. */
  async list(): Promise<readonly InstanceSummary[]> {
    const ports = await this.compute.list<PortObject>('ports', { device_owner: DEVICE_OWNER });
    const running = await this.instances.list();
    const names = [...new Set([...ports.map(({ device_id }) => device_id), ...running.map(({ name }) => name)])].sort();
    return names.map((name) => {
      const own = ports.filter(({ device_id }) => device_id === name);
      const host = running.find((instance) => instance.name === name)?.host ?? null;
      return {
        name,
        host: host ?? own.map((port) => port['binding:host_id']).find((bound) => bound) ?? null,
        state: host === null ? 'lost' : own.length === 0 ? 'stray' : 'running',
        ports: own.map((port) => ({
          id: port.id,
          mac: port.mac_address,
          addresses: addressesOf(port),
          status: port.status,
        })),
      };
    });
  }

  /** Plugs in again what the API knows and the hosts have lost (a restarted machine, a crashed host). Answers their names. */
  async restore(): Promise<readonly string[]> {
    const hosts = new Set((await this.hosts.list()).map(({ name }) => name));
    const plugged = new Set(
      (await this.instances.list()).flatMap(({ interfaces }) => interfaces.map(({ port }) => port)),
    );
    const ports = await this.compute.list<PortObject>('ports', { device_owner: DEVICE_OWNER });
    const restored = new Set<string>();
    // In the order of their making, so that eth0 is eth0 again.
    for (const port of ports.toSorted((a, b) => a.created_at.localeCompare(b.created_at))) {
      const host = port['binding:host_id'];
      if (!host || !hosts.has(host) || plugged.has(port.id)) continue;
      const device = await this.instances.plug(host, port.device_id, { id: port.id, mac: port.mac_address });
      await this.startClients(await this.subnetsOf(port), host, port.device_id, device);
      restored.add(port.device_id);
    }
    return [...restored];
  }

  /** The one host on which an instance of that name runs; null: none. @throws Failure when there are several */
  async hostOf(name: string): Promise<string | null> {
    const found = (await this.instances.list()).filter((instance) => instance.name === name);
    if (found.length > 1)
      throw new Failure(`"${name}" runs on several hosts: ${found.map(({ host }) => host).join(', ')}.`);
    return found[0]?.host ?? null;
  }

  async requireInstance(name: string): Promise<string> {
    const host = await this.hostOf(name);
    if (host === null) throw new Failure(`There is no running instance "${name}" (weft instance list).`);
    return host;
  }

  private async connect(
    name: string,
    host: string,
    request: Omit<BootRequest, 'name'>,
    onStep: OnStep,
  ): Promise<BootedInstance> {
    const step = stopwatch(onStep);
    const port = await this.obtainPort(name, host, request);
    step(`port ${port.id} ${addressesOf(port).join(', ') || 'without address'} bound to ${host}`);
    const device = await this.instances.plug(host, name, { id: port.id, mac: port.mac_address });
    step(`plugged in as ${device}`);
    await this.untilActive(port.id);
    step('ACTIVE: proven on every node that it needs');
    const subnets = await this.subnetsOf(port);
    const clients = await this.startClients(subnets, host, name, device);
    const leases = await Promise.all(
      clients.map(async (family) => {
        const lease = await this.instances.lease(host, name, { device, family, timeoutMs: LEASE_WITHIN_MS });
        if (lease === null)
          throw new Failure(
            `${name} got no IPv${family} lease within ${LEASE_WITHIN_MS / 1_000} s; its port is ${port.id}.`,
          );
        return lease;
      }),
    );
    if (leases.length > 0) step(`lease ${leases.join(', ')}`);
    const managed = managedIpv6(port, subnets);
    for (const address of managed)
      if (!(await this.instances.usable(host, name, { device, address, timeoutMs: LEASE_WITHIN_MS })))
        throw new Failure(
          `${name} did not take ${address} within ${LEASE_WITHIN_MS / 1_000} s; its port is ${port.id}.`,
        );
    if (managed.length > 0) step(`${managed.join(', ')} is usable`);
    return {
      ...{ name, host, port: port.id, mac: port.mac_address },
      ...{ addresses: addressesOf(port), lease: leases[0] ?? null },
    };
  }

  private async obtainPort(name: string, host: string, request: Omit<BootRequest, 'name'>): Promise<PortObject> {
    const instance = { device_owner: DEVICE_OWNER, device_id: name };
    const named = request.securityGroups ?? [];
    if (request.port !== undefined) {
      if (request.network !== undefined || request.subnet !== undefined)
        throw new Failure('A port has its network already: give either --port or --network.');
      if (named.length > 0)
        throw new Failure('A port has its security groups already: give either --port or --security-group.');
      const { id } = await this.find('ports', 'port', request.port);
      const port = await this.user.show<PortObject>('ports', id);
      if (port.device_id !== '') throw new Failure(`Port ${id} is in use by ${port.device_owner} ${port.device_id}.`);
      return this.bind(await this.user.update<PortObject>('ports', 'port', id, instance), host);
    }
    const network = await this.chooseNetwork(request.network);
    const subnet =
      request.subnet === undefined
        ? null
        : await this.find('subnets', 'subnet', request.subnet, { network_id: network.id });
    const groups = new Set<string>();
    for (const group of named) groups.add((await this.find('security-groups', 'security group', group)).id);
    const attributes = {
      ...{ ...instance, network_id: network.id, description: MADE_HERE, dns_name: hostName(name) },
      ...(subnet && { fixed_ips: [{ subnet_id: subnet.id }] }),
      ...(groups.size > 0 && { security_groups: [...groups] }),
    };
    const port = await this.user.create<PortObject>('ports', 'port', attributes);
    try {
      return await this.bind(port, host);
    } catch (error) {
      await this.user.delete('ports', port.id);
      throw error;
    }
  }

  private bind(port: PortObject, host: string): Promise<PortObject> {
    return this.compute.update<PortObject>('ports', 'port', port.id, { 'binding:host_id': host });
  }

  private async release(port: PortObject): Promise<void> {
    const { description } = await this.compute.show('ports', port.id);
    if (description === MADE_HERE) await this.compute.delete('ports', port.id);
    else
      await this.compute.update('ports', 'port', port.id, { device_owner: '', device_id: '', 'binding:host_id': '' });
  }

  /** Without a choice the only network is meant; of several, the client must say which. */
  private async chooseNetwork(given: string | undefined): Promise<ApiObject> {
    if (given !== undefined) return this.find('networks', 'network', given);
    const networks = await this.user.list('networks');
    if (networks.length > 1) throw new Failure('Several networks are possible: say which one with --network.');
    if (networks[0] === undefined) throw new Failure('There is no network: openstack network create NAME.');
    return networks[0];
  }

  /** By id, else by name; a name that several objects bear is refused. */
  private async find(
    collection: string,
    title: string,
    nameOrId: string,
    query: Record<string, string> = {},
  ): Promise<ApiObject> {
    const [byId] = await this.user.list(collection, { ...query, id: nameOrId });
    if (byId) return byId;
    const byName = await this.user.list(collection, { ...query, name: nameOrId });
    if (byName.length > 1)
      throw new Failure(`Several ${collection} are named "${nameOrId}": give the id of the one you mean.`);
    if (byName[0] === undefined) throw new Failure(`There is no ${title} "${nameOrId}".`);
    return byName[0];
  }

  private portsOf(name: string): Promise<readonly PortObject[]> {
    return this.compute.list<PortObject>('ports', { device_owner: DEVICE_OWNER, device_id: name });
  }

  private async leastLoadedHost(): Promise<string> {
    const load = new Map((await this.hosts.list()).map(({ name }) => [name, 0]));
    for (const { host } of await this.instances.list()) load.set(host, (load.get(host) ?? 0) + 1);
    const [least] = [...load].sort(([, a], [, b]) => a - b);
    if (least === undefined) throw new Failure('There are no hosts: npm start, as root, without --no-lab.');
    return least[0];
  }

  private async requireHost(host: string): Promise<void> {
    const names = (await this.hosts.list()).map(({ name }) => name);
    if (!names.includes(host))
      throw new Failure(`There is no host "${host}": ${names.join(', ') || 'the lab does not run'}.`);
  }

  private async untilActive(port: string): Promise<void> {
    const deadline = Date.now() + ACTIVE_WITHIN_MS;
    while ((await this.compute.show<PortObject>('ports', port)).status !== 'ACTIVE') {
      if (Date.now() > deadline)
        throw new Failure(
          `Port ${port} is not ACTIVE after ${ACTIVE_WITHIN_MS / 1_000} s: ${whyNot(await this.compute.proof('ports', port))}.`,
        );
      await sleep(30);
    }
  }

  private subnetsOf(port: PortObject): Promise<readonly SubnetObject[]> {
    return Promise.all(port.fixed_ips.map(({ subnet_id }) => this.compute.show<SubnetObject>('subnets', subnet_id)));
  }

  /** DHCP clients for the families that have a server; SLAAC needs none. Answers those families. */
  private async startClients(
    subnets: readonly SubnetObject[],
    host: string,
    name: string,
    device: string,
  ): Promise<readonly (4 | 6)[]> {
    const served = subnets.filter(({ enable_dhcp }) => enable_dhcp);
    const families: (4 | 6)[] = [];
    if (served.some(({ ip_version }) => ip_version === 4)) {
      await this.instances.startDhcp(host, name, device);
      families.push(4);
    }
    if (
      served.some(({ ip_version, ipv6_address_mode }) => ip_version === 6 && ipv6_address_mode === 'dhcpv6-stateful')
    ) {
      await this.instances.startDhcp6(host, name, device);
      families.push(6);
    }
    return families;
  }
}

/** How the instance is called in DNS: its name, as far as that can be a label. Empty: it cannot. */
export const hostName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^-+|-+$/g, '');

const addressesOf = (port: PortObject): string[] => port.fixed_ips.map(({ ip_address }) => ip_address);

/** IPv6 addresses that the instance takes by itself: of DHCPv6, or made of what Weft's router advertisements say. */
const managedIpv6 = (port: PortObject, subnets: readonly SubnetObject[]): string[] =>
  port.fixed_ips
    .filter((_, index) => {
      const { enable_dhcp, ipv6_address_mode, ipv6_ra_mode } = subnets[index]!;
      return enable_dhcp && (ipv6_address_mode === 'dhcpv6-stateful' || (ipv6_address_mode && ipv6_ra_mode));
    })
    .map(({ ip_address }) => ip_address);

/** What is not proven yet, in one sentence. */
export const whyNot = (proof: StatusProof): string =>
  proof.requirements
    .filter(({ state }) => state !== 'proven')
    .map(({ component, node, state, reason, detail }) =>
      [`${component} on ${node ?? 'no node'} is ${state}`, reason, detail].filter(Boolean).join(', '),
    )
    .join('; ') || 'nothing is pending';

function stopwatch(onStep: OnStep): (what: string) => void {
  let last = performance.now();
  return (what) => {
    const now = performance.now();
    onStep(what, now - last);
    last = now;
  };
}
