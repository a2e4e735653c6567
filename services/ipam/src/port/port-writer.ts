import { randomInt, randomUUID } from 'node:crypto';
import { conflict, factKey } from '@weft/contracts';
import { randomMac } from '@weft/net';
import { RetryTransaction, type Tx, violatedConstraint } from '@weft/persistence';
import { nextGeneration } from '../generation';
import type { SubnetRow } from '../subnet/subnet.repository';
import { type Address, type AddressChooser, alreadyAllocated, toAddress } from './address-chooser';
import { portFact, type PortRepository, type PortRow } from './port.repository';

export type NewPort = Omit<PortRow, 'id' | 'mac' | 'status' | 'generation' | 'revision_number' | 'fixed_ips'> & {
  /** Absent: a random one. */
  readonly mac?: string | null | undefined;
};

/** What nodes wire, filter, reserve or answer by: a change of it must be proven anew. */
const WIRING = ['mac', 'admin_state_up', 'device_id', 'device_owner', 'host', 'fixed_ips'] as const;

/** Writes ports with their addresses and tells nodes, for all who make ports: the API and DHCP placement. */
export class PortWriter {
  constructor(
    private readonly ports: PortRepository,
    private readonly addresses: AddressChooser,
  ) {}

  /** @param choose addresses for the MAC address, which is known only here */
  async create(tx: Tx, port: NewPort, choose: (mac: string) => Promise<Address[]>): Promise<PortRow> {
    const id = randomUUID();
    const mac = port.mac ?? freshMac();
    const chosen = await choose(mac);
    const row = { ...port, id, mac, fixed_ips: chosen.map(({ subnet_id, ip_address }) => ({ subnet_id, ip_address })) };
    const generation = await this.guarded(chosen, () => this.ports.insert(tx, row, chosen));
    if (generation === null) {
      // A random one meets another once in 16 million: all of it again, with another.
      throw port.mac == null ? new RetryTransaction('MAC address collision') : macInUse(port.network_id, mac);
    }
    const made: PortRow = { ...row, status: 'DOWN', generation, revision_number: 1 };
    this.publish(tx, made);
    tx.event('event.ipam.port.created', eventOf(made));
    return made;
  }

  /** @param next the port as it shall be; `chosen` its addresses, if they change */
  async change(
    tx: Tx,
    before: PortRow,
    next: PortRow,
    subnets: readonly SubnetRow[],
    chosen?: readonly Address[],
  ): Promise<PortRow> {
    const fixed_ips = chosen?.map(({ subnet_id, ip_address }) => ({ subnet_id, ip_address })) ?? before.fixed_ips;
    const wanted = { ...next, fixed_ips };
    if (chosen) {
      const had = before.fixed_ips.map(toAddress);
      const gone = had.filter((address) => !chosen.some((other) => same(address, other)));
      const come = chosen.filter((address) => !had.some((other) => same(address, other)));
      await this.ports.take(tx, before.id, gone);
      await this.addresses.release(tx, subnets, gone);
      await this.guarded(come, () => this.ports.give(tx, before.id, come));
    }
    const rewired = WIRING.some((name) => JSON.stringify(wanted[name]) !== JSON.stringify(before[name]));
    const row = await this.update(tx, wanted, rewired);
    if (rewired) {
      if (before.host !== null && before.host !== row.host) {
        tx.fact(factKey.portAssignment(before.host, row.id), { generation: row.generation, value: null });
      }
      this.publish(tx, row);
    }
    tx.event('event.ipam.port.updated', eventOf(row));
    return row;
  }

  async delete(tx: Tx, port: PortRow, subnets: readonly SubnetRow[]): Promise<void> {
    const served = await this.ports.delete(tx, port.id);
    await this.addresses.release(tx, subnets, port.fixed_ips.map(toAddress));
    const generation = await nextGeneration(tx);
    tx.fact(factKey.networkPort(port.network_id, port.id), { generation, value: null });
    if (port.host !== null) tx.fact(factKey.portAssignment(port.host, port.id), { generation, value: null });
    // A server whose port a client has deleted: its node is told, the keeper places another.
    for (const host of served) tx.fact(factKey.dhcpAssignment(host, port.network_id), { generation, value: null });
    tx.event('event.ipam.port.deleted', eventOf(port));
  }

  private publish(tx: Tx, port: PortRow): void {
    const { generation } = port;
    tx.fact(factKey.networkPort(port.network_id, port.id), { generation, value: portFact(port) });
    if (port.host === null) return;
    const value = { port: port.id, network: port.network_id };
    tx.fact(factKey.portAssignment(port.host, port.id), { generation, value });
  }

  private async update(tx: Tx, port: PortRow, rewired: boolean): Promise<PortRow> {
    try {
      return await this.ports.update(tx, port, rewired);
    } catch (error) {
      if (violatedConstraint(error) === 'port_mac') throw macInUse(port.network_id, port.mac);
      throw error;
    }
  }

  private async guarded<T>(addresses: readonly Address[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (violatedConstraint(error) === 'ip_allocation_once' && addresses[0]) throw alreadyAllocated(addresses[0]);
      throw error;
    }
  }
}

export const freshMac = (): string => randomMac(() => randomInt(0x1000000));

const same = (a: Address, b: Address): boolean => a.subnetId === b.subnetId && a.ip === b.ip;

const eventOf = ({ id, project_id, network_id, host }: PortRow) => ({ id, project_id, network_id, host });

const macInUse = (networkId: string, mac: string) =>
  conflict(
    'MacAddressInUse',
    `Unable to complete operation for network ${networkId}. The mac address ${mac} is in use.`,
  );
