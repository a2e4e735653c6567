import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DHCP_OWNER } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';
import { publishChange } from '@weft/service-kit';
import { IpamSettings } from '../ipam.settings';
import { NetworkRepository } from '../network/network.repository';
import { type Address, AddressAllocator, toAddress } from '../port/address.allocator';
import { PortRepository, type PortRow } from '../port/port.repository';
import { PortStore } from '../port/port.store';
import { SubnetRepository, type SubnetRow } from '../subnet/subnet.repository';
import { dhcpBindingFacts } from './dhcp-binding.facts';
import { type DhcpBinding, dhcpBindings, DhcpCandidates, type DhcpNode } from './dhcp-nodes';

const bind = statement(
  'dhcp-bind',
  'INSERT INTO dhcp_binding (network_id, host, port_id) VALUES ($1, $2, $3) RETURNING generation',
);
const unbind = statement(
  'dhcp-unbind',
  `DELETE FROM dhcp_binding WHERE network_id = $1 AND host = $2 RETURNING port_id, nextval('generation') AS generation`,
);

/**
 * Which nodes serve DHCP for a network, and with which addresses. One method makes it as it must be, from whatever it is: the
 * network must be locked for change.
 */
@Injectable()
export class DhcpPlacement {
  constructor(
    private readonly settings: IpamSettings,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
    private readonly ports: PortRepository,
    private readonly writer: PortStore,
    private readonly addresses: AddressAllocator,
  ) {}

  /** @param leaving a subnet which is about to go: no server keeps an address in it */
  async arrange(tx: Tx, networkId: string, leaving?: string): Promise<void> {
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    const served = subnets.filter((subnet) => subnet.enable_dhcp && subnet.id !== leaving);
    if (served.length === 0) return this.clear(tx, networkId);
    for (const server of await this.place(tx, networkId, served))
      await this.readdress(tx, server.port_id, subnets, reachable(served, server));
  }

  /** One more server, on a node that an operator names. */
  async add(tx: Tx, networkId: string, node: DhcpNode): Promise<void> {
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    const served = reachable(
      subnets.filter((subnet) => subnet.enable_dhcp),
      node,
    );
    await this.start(tx, networkId, node, served);
  }

  /** The node serves the network no more; the port of its server goes. */
  async remove(tx: Tx, networkId: string, { host, port_id }: Pick<DhcpBinding, 'host' | 'port_id'>): Promise<void> {
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    await this.release(tx, networkId, host);
    const port = await this.ports.lock(tx, port_id);
    if (port) await this.writer.delete(tx, port, subnets);
  }

  /** No DHCP any more: servers and their ports go. */
  async clear(tx: Tx, networkId: string): Promise<void> {
    for (const binding of await dhcpBindings(tx, networkId)) await this.remove(tx, networkId, binding);
  }

  /** The network goes: its servers, and the ports of tenants that bear a server's owner, as the API promises. */
  async dissolve(tx: Tx, networkId: string): Promise<void> {
    await this.clear(tx, networkId);
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    for (const id of await this.ports.ownedBy(tx, networkId, DHCP_OWNER)) {
      const port = await this.ports.lock(tx, id);
      if (port) await this.writer.delete(tx, port, subnets);
    }
  }

  /** A subnet goes: whichever port bears a server's owner loses its addresses there. */
  async vacate(tx: Tx, networkId: string, leaving: string): Promise<void> {
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    for (const id of await this.ports.ownedBy(tx, networkId, DHCP_OWNER)) {
      const port = await this.ports.lock(tx, id);
      if (!port?.fixed_ips.some(({ subnet_id }) => subnet_id === leaving)) continue;
      const kept = port.fixed_ips.filter(({ subnet_id }) => subnet_id !== leaving);
      await this.writer.change(tx, port, port, subnets, kept.map(toAddress));
    }
  }

  /**
   * Keeps the servers that are fit, moves the others with their port and addresses to nodes that are, and adds up to the wanted
   * number: for the whole network, or for each segment of a routed one.
   */
  private async place(tx: Tx, networkId: string, served: readonly SubnetRow[]): Promise<DhcpBinding[]> {
    const now = await dhcpBindings(tx, networkId);
    const candidates = await DhcpCandidates.of(tx, networkId);
    const placed: DhcpBinding[] = [];
    for (const segment of new Set(served.map(({ segment_id }) => segment_id))) {
      const here = (node: DhcpNode) => segment === null || node.segment === segment;
      const servers = now.filter(here);
      for (const server of servers.filter(({ fit }) => !fit)) {
        const node = candidates.take(segment, servers);
        if (node) servers.splice(servers.indexOf(server), 1, await this.move(tx, networkId, server, node));
      }
      const own = served.filter(({ segment_id }) => segment_id === segment);
      while (servers.length < this.settings.dhcpNodesPerNetwork && (await this.anyRoom(tx, own))) {
        const node = candidates.take(segment, servers);
        if (!node) break;
        servers.push(await this.start(tx, networkId, node, own));
      }
      placed.push(...servers);
    }
    // On a segment that has nothing to serve (any more).
    for (const binding of now)
      if (binding.fit && !placed.some(({ port_id }) => port_id === binding.port_id))
        await this.remove(tx, networkId, binding);
    return placed;
  }

  /** A network whose addresses are spent has the servers that it has: that is no reason to refuse anything else. */
  private async anyRoom(tx: Tx, served: readonly SubnetRow[]): Promise<boolean> {
    for (const subnet of served) if (await this.addresses.hasRoom(tx, subnet)) return true;
    return false;
  }

  private async start(tx: Tx, networkId: string, node: DhcpNode, served: readonly SubnetRow[]): Promise<DhcpBinding> {
    const network = await this.networks.lockForUse(tx, networkId);
    const draft = this.writer.draft({
      network_id: networkId,
      project_id: network!.project_id,
      device_id: deviceId(node.host, networkId),
      device_owner: DHCP_OWNER,
      host: node.host,
      counted: false,
    });
    const [port] = await this.writer.create(tx, [[draft, await this.serverAddresses(tx, served, [], draft.mac)]]);
    return this.bind(tx, networkId, node, port!.id);
  }

  private async move(
    tx: Tx,
    networkId: string,
    { host: from, port_id }: DhcpBinding,
    to: DhcpNode,
  ): Promise<DhcpBinding> {
    await this.release(tx, networkId, from);
    const port = await this.ports.lock(tx, port_id);
    await this.writer.change(tx, port!, { ...port!, host: to.host, device_id: deviceId(to.host, networkId) }, []);
    return this.bind(tx, networkId, to, port_id);
  }

  private async bind(tx: Tx, networkId: string, node: DhcpNode, portId: string): Promise<DhcpBinding> {
    const [row] = await tx.query<{ generation: number }>(bind, [networkId, node.host, portId]);
    const binding = { network_id: networkId, host: node.host, port_id: portId };
    publishChange(tx, dhcpBindingFacts, null, binding, row!.generation);
    return { ...node, port_id: portId, fit: true };
  }

  private async release(tx: Tx, networkId: string, host: string): Promise<void> {
    const [row] = await tx.query<{ port_id: string; generation: number }>(unbind, [networkId, host]);
    if (!row) return;
    const binding = { network_id: networkId, host, port_id: row.port_id };
    publishChange(tx, dhcpBindingFacts, binding, null, row.generation);
  }

  /** The server has one address in each subnet that it serves and that has one left, and none elsewhere. */
  private async readdress(
    tx: Tx,
    portId: string,
    subnets: readonly SubnetRow[],
    served: readonly SubnetRow[],
  ): Promise<void> {
    const port = (await this.ports.lock(tx, portId)) as PortRow;
    const has = port.fixed_ips.map(toAddress);
    const right = served.every(({ id }) => has.some(({ subnetId }) => subnetId === id)) && has.length === served.length;
    if (right) return;
    const chosen = await this.serverAddresses(tx, served, has, port.mac);
    if (chosen.length === has.length && chosen.every((address) => has.includes(address))) return;
    await this.writer.change(tx, port, port, subnets, chosen);
  }

  private async serverAddresses(
    tx: Tx,
    served: readonly SubnetRow[],
    has: readonly Address[],
    mac: string,
  ): Promise<Address[]> {
    const addresses: Address[] = [];
    for (const subnet of served) {
      const own = has.find(({ subnetId }) => subnetId === subnet.id);
      const address = own ?? (await this.addresses.lowest(tx, subnet, mac));
      if (address) addresses.push(address);
    }
    return addresses;
  }
}

/** Subnets that a node can serve: those of its segment, and those of all. */
const reachable = (subnets: readonly SubnetRow[], { segment }: DhcpNode): SubnetRow[] =>
  subnets.filter(({ segment_id }) => segment_id === null || segment_id === segment);

/** `dhcp<uuid of the host>-<network>`, as clients know it: the same for the same host, always. */
function deviceId(host: string, networkId: string): string {
  const hex = createHash('sha1').update(`weft-dhcp ${host}`).digest('hex').slice(0, 32);
  const uuid = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
  return `dhcp${uuid}-${networkId}`;
}
