import { createHash } from 'node:crypto';
import { factKey } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';
import type { NetworkRepository } from '../network/network.repository';
import { alive } from '../node/alive';
import type { NodeRepository } from '../node/node.repository';
import { type Address, type AddressChooser, toAddress } from '../port/address-chooser';
import type { PortRepository, PortRow } from '../port/port.repository';
import type { PortWriter } from '../port/port-writer';
import type { SubnetRepository, SubnetRow } from '../subnet/subnet.repository';

export const DHCP_OWNER = 'network:dhcp';

interface Binding {
  readonly host: string;
  readonly port_id: string;
  readonly live: boolean;
}

const bindings = statement(
  'dhcp-bindings',
  `SELECT b.host, b.port_id, COALESCE(n.live, false) AS live FROM dhcp_binding b
   LEFT JOIN (SELECT w.host, ${alive('w')} AS live FROM node w) n ON n.host = b.host
   WHERE b.network_id = $1 ORDER BY b.host`,
);
const lockPorts = statement(
  'dhcp-lock',
  `SELECT p.id FROM port p JOIN dhcp_binding b ON b.port_id = p.id WHERE b.network_id = $1 ORDER BY p.id FOR UPDATE OF p`,
);
const bind = statement(
  'dhcp-bind',
  'INSERT INTO dhcp_binding (network_id, host, port_id) VALUES ($1, $2, $3) RETURNING generation',
);
const unbind = statement(
  'dhcp-unbind',
  `DELETE FROM dhcp_binding WHERE network_id = $1 AND host = $2 RETURNING nextval('generation') AS generation`,
);

/**
 * Which nodes serve DHCP for a network, and with which addresses. One method makes it as it must be, from whatever it is: the
 * network must be locked for change.
 */
export class DhcpPlacement {
  constructor(
    private readonly nodesPerNetwork: number,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
    private readonly ports: PortRepository,
    private readonly writer: PortWriter,
    private readonly addresses: AddressChooser,
    private readonly nodes: NodeRepository,
  ) {}

  /** @param leaving a subnet which is about to go: no server keeps an address in it */
  async arrange(tx: Tx, networkId: string, leaving?: string): Promise<void> {
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    const served = subnets.filter((subnet) => subnet.enable_dhcp && subnet.id !== leaving);
    if (served.length === 0) return this.clear(tx, networkId);
    const placed = await this.place(tx, networkId, served);
    for (const binding of placed) await this.readdress(tx, binding, subnets, served);
  }

  /** No DHCP any more: servers and their ports go. */
  async clear(tx: Tx, networkId: string): Promise<void> {
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    for (const { host, port_id } of await this.bindings(tx, networkId)) {
      await this.release(tx, networkId, host);
      const port = await this.ports.lock(tx, port_id);
      if (port) await this.writer.delete(tx, port, subnets);
    }
  }

  /** The network goes: its servers, and the ports of tenants that bear a server's owner, as the API promises. */
  async remove(tx: Tx, networkId: string): Promise<void> {
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

  /** Keeps live servers, moves those of dead nodes with their port and addresses, and adds up to the wanted number. */
  private async place(tx: Tx, networkId: string, served: readonly SubnetRow[]): Promise<Binding[]> {
    const now = await this.bindings(tx, networkId);
    const candidates = (await this.nodes.dhcpCandidates(tx)).filter(
      (host) => !now.some((binding) => binding.host === host),
    );
    const placed: Binding[] = [];
    for (const binding of now) {
      const host = binding.live ? undefined : candidates.shift();
      placed.push(host === undefined ? binding : await this.move(tx, networkId, binding, host));
    }
    while (placed.length < this.nodesPerNetwork && candidates.length > 0 && (await this.anyRoom(tx, served))) {
      placed.push(await this.add(tx, networkId, candidates.shift()!, served));
    }
    return placed;
  }

  /** A network whose addresses are spent has the servers that it has: that is no reason to refuse anything else. */
  private async anyRoom(tx: Tx, served: readonly SubnetRow[]): Promise<boolean> {
    for (const subnet of served) if (await this.addresses.hasRoom(tx, subnet)) return true;
    return false;
  }

  private async add(tx: Tx, networkId: string, host: string, served: readonly SubnetRow[]): Promise<Binding> {
    const network = await this.networks.lockForUse(tx, networkId);
    const port = await this.writer.create(
      tx,
      {
        network_id: networkId,
        project_id: network!.project_id,
        name: '',
        description: '',
        admin_state_up: true,
        device_id: deviceId(host, networkId),
        device_owner: DHCP_OWNER,
        host,
        profile: {},
        vnic_type: 'normal',
        tags: [],
      },
      (mac) => this.serverAddresses(tx, served, [], mac),
    );
    return this.bind(tx, networkId, host, port.id);
  }

  private async move(tx: Tx, networkId: string, { host: from, port_id }: Binding, to: string): Promise<Binding> {
    await this.release(tx, networkId, from);
    const port = await this.ports.lock(tx, port_id);
    await this.writer.change(tx, port!, { ...port!, host: to, device_id: deviceId(to, networkId) }, []);
    return this.bind(tx, networkId, to, port_id);
  }

  private async bind(tx: Tx, networkId: string, host: string, portId: string): Promise<Binding> {
    const [row] = await tx.query<{ generation: number }>(bind, [networkId, host, portId]);
    tx.fact(factKey.dhcpAssignment(host, networkId), {
      generation: row!.generation,
      value: { network: networkId, port: portId },
    });
    return { host, port_id: portId, live: true };
  }

  private async release(tx: Tx, networkId: string, host: string): Promise<void> {
    const [row] = await tx.query<{ generation: number }>(unbind, [networkId, host]);
    if (row) tx.fact(factKey.dhcpAssignment(host, networkId), { generation: row.generation, value: null });
  }

  /** The server has one address in each subnet that it serves and that has one left, and none elsewhere. */
  private async readdress(
    tx: Tx,
    { port_id }: Binding,
    subnets: readonly SubnetRow[],
    served: readonly SubnetRow[],
  ): Promise<void> {
    const port = (await this.ports.lock(tx, port_id)) as PortRow;
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

  /** With their ports locked, in the order in which reports lock them. */
  private async bindings(tx: Tx, networkId: string): Promise<Binding[]> {
    await tx.query(lockPorts, [networkId]);
    return tx.query<Binding & Record<string, unknown>>(bindings, [networkId]);
  }
}

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
