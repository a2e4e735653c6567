import { Injectable } from '@nestjs/common';
import { randomInt, randomUUID } from 'node:crypto';
import { conflict } from '@weft/contracts';
import { randomMac } from '@weft/net';
import { RetryTransaction, type Tx, violatedConstraint, violatedKey } from '@weft/persistence';
import { nextGeneration, publishChange } from '@weft/service-kit';
import { dhcpBindingFacts } from '../dhcp/dhcp-binding.facts';
import { ProofService } from '../proof/proof.service';
import type { SubnetRow } from '../subnet/subnet.repository';
import { type Address, AddressAllocator, alreadyAllocated, toAddress } from './address.allocator';
import { portFacts } from './port.facts';
import { PortRepository, type PortRow, type StoredPort } from './port.repository';

/** A port to be made; its id, and its MAC address unless it is given, are chosen here. */
export type NewPort = Pick<StoredPort, 'network_id' | 'project_id'> & Partial<Omit<StoredPort, 'id' | 'fixed_ips'>>;

/** A port that has its MAC address, on the way to its addresses. */
export type Draft = Omit<StoredPort, 'fixed_ips'> & { readonly macGiven: boolean };

/** What nodes wire, filter, reserve or answer by: a change of it must be proven anew. */
const WIRING = [
  'mac',
  'admin_state_up',
  'device_id',
  'device_owner',
  'host',
  'fixed_ips',
  'dns_name',
  'dhcp_options',
  'qos_policy_id',
  'qos_network_policy_id',
  'port_security',
  'security_groups',
  'address_pairs',
  'cluster_pairs',
  'mobile',
  'subport',
] as const;

const STANDARD: Omit<StoredPort, 'id' | 'network_id' | 'project_id' | 'mac' | 'fixed_ips'> = {
  name: '',
  description: '',
  admin_state_up: true,
  device_id: '',
  device_owner: '',
  host: null,
  profile: {},
  vnic_type: 'normal',
  dns_name: '',
  dns_domain: '',
  dhcp_options: [],
  data_plane_status: null,
  ip_allocation: 'immediate',
  propagate_uplink_status: true,
  device_profile: null,
  hardware_offload_type: null,
  numa_affinity_policy: null,
  trusted: null,
  qos_policy_id: null,
  qos_network_policy_id: null,
  port_security: false,
  security_groups: [],
  address_pairs: [],
  cluster_pairs: [],
  mobile: false,
  subport: null,
  counted: true,
  tags: [],
};

/** Writes ports with their addresses and tells nodes, for all who make ports: the API and DHCP placement. */
@Injectable()
export class PortStore {
  constructor(
    private readonly ports: PortRepository,
    private readonly addresses: AddressAllocator,
    private readonly proofs: ProofService,
  ) {}

  /** A port's identity: what it is before it has addresses. */
  draft(port: NewPort): Draft {
    const given = Object.fromEntries(Object.entries(port).filter(([, value]) => value !== undefined));
    const row = { ...STANDARD, ...(given as NewPort), id: randomUUID() };
    return { ...row, mac: port.mac ?? freshMac(), macGiven: typeof port.mac === 'string' };
  }

  /** Makes all of them in one statement; each with its addresses. @throws ApiError 409 */
  async create(tx: Tx, drafts: readonly (readonly [Draft, readonly Address[]])[]): Promise<PortRow[]> {
    const rows = drafts.map(([{ macGiven: _, ...draft }, chosen]) => ({
      ...draft,
      fixed_ips: chosen.map(({ subnet_id, ip_address }) => ({ subnet_id, ip_address })),
      allocations: chosen,
    }));
    const made = await guarded(
      drafts.flatMap(([, chosen]) => chosen),
      () => this.ports.insert(tx, rows),
    );
    return rows.map(({ allocations: _, ...row }, i) => {
      const generation = made.get(row.id);
      if (generation === undefined) {
        // A random one meets another once in 16 million: all of it again, with others.
        throw drafts[i]![0].macGiven
          ? macInUse(row.network_id, row.mac)
          : new RetryTransaction('MAC address collision');
      }
      const port: PortRow = { ...row, status: 'DOWN', generation, revision_number: 1 };
      this.publish(tx, port);
      tx.event('event.ipam.port.created', eventOf(port));
      return port;
    });
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
      await guarded(come, () => this.ports.give(tx, before.id, come));
    }
    const rewired = WIRING.some((name) => JSON.stringify(wanted[name]) !== JSON.stringify(before[name]));
    const row = await this.update(tx, wanted, rewired);
    if (row.host !== null && row.host !== before.host) await this.ports.forgetBinding(tx, row.id, row.host);
    if (rewired) {
      publishChange(tx, portFacts, before, row, row.generation);
      await this.proofs.settle(tx, [row.id]);
    }
    tx.event('event.ipam.port.updated', eventOf(row));
    return row;
  }

  /** The network's policy holds for its ports, but for those that serve the network itself. */
  async inheritQos(tx: Tx, networkId: string, policyId: string | null): Promise<void> {
    const ports = await this.ports.inheritQos(tx, networkId, policyId);
    for (const port of ports) this.publish(tx, port);
    await this.proofs.settle(
      tx,
      ports.map(({ id }) => id),
    );
  }

  /** It has other addresses now, by a statement over many ports. */
  readdressed(tx: Tx, port: PortRow): void {
    this.publish(tx, port);
    tx.event('event.ipam.port.updated', eventOf(port));
  }

  async delete(tx: Tx, port: PortRow, subnets: readonly SubnetRow[]): Promise<void> {
    const served = await this.remove(tx, port);
    await this.addresses.release(tx, subnets, port.fixed_ips.map(toAddress));
    const generation = await nextGeneration(tx);
    publishChange(tx, portFacts, port, null, generation);
    // A server whose port a client has deleted: its node stops it, the keeper places another.
    for (const host of served) {
      const binding = { network_id: port.network_id, host, port_id: port.id };
      publishChange(tx, dhcpBindingFacts, binding, null, generation);
    }
    tx.event('event.ipam.port.deleted', eventOf(port));
  }

  private publish(tx: Tx, port: PortRow): void {
    publishChange(tx, portFacts, null, port, port.generation);
  }

  private async remove(tx: Tx, port: PortRow): Promise<string[]> {
    try {
      return await this.ports.delete(tx, port);
    } catch (error) {
      if (violatedConstraint(error) !== 'policy_target_port') throw error;
      throw conflict('PortInUse', `Port ${port.id} is that of a policy target.`);
    }
  }

  private async update(tx: Tx, port: PortRow, rewired: boolean): Promise<PortRow> {
    try {
      return await this.ports.update(tx, port, rewired);
    } catch (error) {
      if (violatedConstraint(error) === 'port_mac') throw macInUse(port.network_id, port.mac);
      throw error;
    }
  }
}

/** An address that stands under its constraint already is refused by name. */
async function guarded<T>(addresses: readonly Address[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (violatedConstraint(error) !== 'ip_allocation_once') throw error;
    const key = violatedKey(error);
    const taken = addresses.find(({ subnetId, ip }) => key === `${subnetId}, ${ip}`) ?? addresses[0];
    throw taken ? alreadyAllocated(taken) : error;
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
