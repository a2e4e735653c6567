import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfPresent } from '../daemon/daemon.instance';
import { type DaemonControl, type DaemonKind, type DaemonProof, UnresponsiveDaemon } from '../daemon/daemon.kind';
import { LogTail, rotateLog } from '../daemon/daemon.log';
import { isAlive, type ProcessRef, run, signal } from '../daemon/daemon.process';
import { givesLeases } from './dnsmasq.conf';
import type { DnsmasqFiles } from './dnsmasq.files';
import { nameOf, renderFiles, reservationText } from './dnsmasq.files';
import type { Lease } from './dnsmasq.leases';
import { parseLeases } from './dnsmasq.leases';
import type { DhcpReservation, DhcpServerSpec } from './dnsmasq.types';

/** How long a server may take to confirm that it has read its files, ms. */
const CONFIRM_MS = 3_000;
/** How long a reload may take as a whole, ms. */
const SETTLE_MS = 30_000;
const COMPLAINT = / at line \d+ of |failed to (read|load)|bad (DHCP|dhcp)/;

/** DHCP servers, one dnsmasq for each network. */
export const dnsmasq: DaemonKind<DhcpServerSpec> = {
  kind: 'dhcp',
  program: 'dnsmasq',
  id: ({ network }) => network,
  netns: ({ netns }) => netns,
  command: (conf) => [`--conf-file=${conf}`],
  control: (directory) => new DnsmasqControl(directory),
};

/** One dnsmasq: which files it reads, when it has read them, and which leases it must not keep. */
class DnsmasqControl implements DaemonControl<DhcpServerSpec, DnsmasqFiles> {
  /** Ports with a line that it complained of when it read its files last. */
  private refused: ReadonlyMap<string, string> = new Map();
  /** By address, as of the last pass in which all leases were right; null: not known. */
  private holders: ReadonlyMap<string, Holder> | null = null;
  /** Where the end of the last reload will be found in the log; null: it has been. */
  private unsettled: LogTail | null = null;

  constructor(private readonly directory: string) {}

  render(spec: DhcpServerSpec): DnsmasqFiles {
    return renderFiles(spec, this.directory, canReadBelow(this.directory) ? null : 'root');
  }

  started(): void {
    this.unsettled = null;
  }

  async reload(process: ProcessRef, spec: DhcpServerSpec, files: DnsmasqFiles): Promise<void> {
    await this.settled(process);
    const path = join(this.directory, 'log');
    rotateLog(path);
    const log = new LogTail(path);
    if (!signal(process, 'SIGHUP')) throw new Error('dnsmasq died before its reload');
    await this.confirm(process, log, spec, files);
    // Only now, in the middle of the reload: of two signals that wait together the kernel runs the later one's handler first. The
    // statistics that it asks for come after all that the reload still has to do.
    this.unsettled = new LogTail(path);
    if (!signal(process, 'SIGUSR1')) throw new Error('dnsmasq died during its reload');
  }

  proof({ reservations, domain }: DhcpServerSpec, { faults }: DnsmasqFiles): DaemonProof {
    const refused = new Map([...faults, ...this.refused]);
    const taken = reservations.filter(({ port }) => !refused.has(port));
    return { loaded: new Map(taken.map((r) => [r.port, reservationText(r, domain)])), refused };
  }

  /**
   * Waits for the end of the last reload. After its files are read the server holds every lease against them (0.7 s with 5,000 of
   * both), writes the lease file anew, and answers nobody meanwhile: it is not asked again before, nor is the file read.
   */
  private async settled(process: ProcessRef): Promise<void> {
    const log = this.unsettled;
    if (!log) return;
    for (let waited = 0; !log.lines().some((line) => /: time \d+$/.test(line)); waited += 2) {
      if (!isAlive(process)) throw new Error('dnsmasq died while reading its files');
      if (waited >= SETTLE_MS)
        throw new UnresponsiveDaemon(`dnsmasq did not come to rest within ${SETTLE_MS} ms after a reload`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.unsettled = null;
  }

  /**
   * Waits for the server's own log line that it has read the last of its files: the options; where it gives no leases and only
   * advertises prefixes, it reads the names and nothing else. What it refuses of one port is that port's matter alone.
   */
  async confirm(process: ProcessRef, log: LogTail, spec: DhcpServerSpec, files: DnsmasqFiles): Promise<void> {
    const leases = givesLeases(spec);
    const done = leases ? `read ${join(this.directory, 'opts')}` : `read ${join(this.directory, 'addn_hosts')} - `;
    const complaints: string[] = [];
    const refused = new Map<string, string>();
    for (let waited = 0; waited < CONFIRM_MS; waited += 2) {
      for (const line of log.lines()) {
        if (COMPLAINT.test(line)) {
          const fault = faultOf(line, files);
          if (fault) refused.set(fault.port, fault.words);
          else complaints.push(line);
        }
        if (!(leases ? line.endsWith(done) : line.includes(done))) continue;
        if (complaints.length > 0) throw new Error(complaints.join('; '));
        this.refused = refused;
        return;
      }
      if (!isAlive(process)) throw new Error('dnsmasq died while reading its files');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new UnresponsiveDaemon(`dnsmasq did not confirm within ${CONFIRM_MS} ms that it has read its files`);
  }

  /**
   * A lease of an address that is free now, or another's, would keep the server from giving it away. A DHCPv6 lease also keeps its
   * name in DNS until it is renewed, where one of DHCPv4 takes the reservation's on a reload.
   */
  async finish(process: ProcessRef, spec: DhcpServerSpec): Promise<void> {
    const holders = holdersOf(spec);
    const before = this.holders;
    const isSuspect = (ip: string) => before === null || before.get(ip)?.key !== holders.get(ip)?.key;
    // Of what has not changed since the last look, no lease can have become wrong: no need to wait for the file.
    if (before === null || [...before.keys()].some(isSuspect)) {
      await this.settled(process);
      for (const lease of parseLeases(readIfPresent(join(this.directory, 'leases')) ?? '')) {
        if (!isSuspect(lease.ip)) continue;
        const holder = holders.get(lease.ip);
        const isHolders =
          lease.family === 4
            ? lease.mac === holder?.mac
            : // Whose a DHCPv6 lease is it does not say (a DUID is a machine's, not an interface's), only by what name.
              before === null && holder !== undefined && (lease.name === null || lease.name === holder.name);
        if (!isHolders) await this.release(spec, lease);
      }
    }
    this.holders = holders;
  }

  private async release({ netns, device }: DhcpServerSpec, lease: Lease): Promise<void> {
    if (lease.family === 4) {
      await run(netns, 'dhcp_release', [device, lease.ip, lease.mac, ...(lease.clientId ? [lease.clientId] : [])]);
      return;
    }
    const { duid, serverDuid, iaid, ip } = lease;
    const ids = ['--client-id', duid, '--server-id', serverDuid, '--iaid', iaid.replace(/^T/, '')];
    await run(netns, 'dhcp_release6', ['--iface', device, ...ids, '--ip', ip]);
  }
}

/**
 * dnsmasq gives up root after its start and then reads the files as another user: only possible when every directory
 * above lets others pass. If one does not (a private state directory), it has to stay root.
 */
function canReadBelow(directory: string): boolean {
  for (let path = dirname(directory); ; path = dirname(path)) {
    if ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0o755) % 2 === 0) return false;
    if (path === dirname(path)) return true;
  }
}

interface Holder {
  readonly mac: string;
  /** As which a client is told its name. */
  readonly name: string;
  /** All that a lease may have become wrong by. */
  readonly key: string;
}

/** A reservation is never altered: of a large network in which one port has changed, all other holders are known. */
const held = new WeakMap<DhcpReservation, Holder>();

function holderOf(reservation: DhcpReservation): Holder {
  const known = held.get(reservation);
  if (known) return known;
  const { port, mac } = reservation;
  const name = nameOf(reservation);
  const holder = { mac, name, key: `${port} ${mac} ${name}` };
  held.set(reservation, holder);
  return holder;
}

function holdersOf({ reservations }: DhcpServerSpec): Map<string, Holder> {
  const holders = new Map<string, Holder>();
  for (const reservation of reservations)
    for (const ip of [...reservation.v4, ...reservation.v6]) holders.set(ip, holderOf(reservation));
  return holders;
}

/** Whose line the server complains of, and what of it, without the node's paths: a tenant reads it. Null: of none that is a port's. */
function faultOf(
  complaint: string,
  { host, opts }: DnsmasqFiles,
): { readonly port: string; readonly words: string } | null {
  const [, what, number, file] = /\]: (.*) at line (\d+) of \S*\/(host|opts)$/.exec(complaint) ?? [];
  if (number === undefined) return null;
  const { ownerOf, text } = file === 'host' ? host : opts;
  const port = ownerOf(Number(number));
  if (port === null) return null;
  const line = text.split('\n')[Number(number) - 1] ?? '';
  return { port, words: `${what}: ${line.replace(/^(tag:mac\d-..,)+/, '')}` };
}
