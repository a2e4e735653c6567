import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DnsmasqFiles } from './dnsmasq.files';
import { givesLeases } from './dnsmasq.conf';
import { nameOf, renderFiles, reservationText } from './dnsmasq.files';
import type { Lease } from './dnsmasq.leases';
import { parseLeases } from './dnsmasq.leases';
import { LogTail, rotateLog } from './dnsmasq.log';
import type { FoundDaemon, ProcessRef } from './dnsmasq.process';
import {
  findDaemons,
  isAlive,
  isHalted,
  netnsInode,
  processRef,
  run,
  signal,
  startDaemon,
  terminate,
} from './dnsmasq.process';
import type { DhcpReservation, DhcpServerSpec } from './dnsmasq.types';

/** How long a server may take to say that it has read its files, ms. */
const CONFIRM_MS = 3_000;
/** How long a reload may take as a whole, ms. */
const SETTLE_MS = 30_000;
const COMPLAINT = / at line \d+ of |failed to (read|load)|bad (DHCP|dhcp)/;

/** What one pass did. */
export interface ServerPass {
  /** Files written, processes started or ended. */
  readonly commands: number;
  /** Reservation text by port, as loaded by the running server. */
  readonly loaded: ReadonlyMap<string, string>;
  /** Ports with a line that it does not take, and why. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * One dnsmasq: its files, its process, and the proof that it has read them. The process is not our child for long: it outlives
 * the agent, and is recognised by the configuration file on its command line. That file's name holds the hash of its contents, so
 * that a running process itself tells which configuration it has.
 */
export class DnsmasqServer {
  private running: { ref: ProcessRef; confName: string; netns: number } | null = null;
  /** Contents that the running process is known to have read. */
  private confirmed: string | null = null;
  /** It was told to read its files and said nothing: only another process will. */
  private silent = false;
  /** Ports with a line that it complained of when it read its files last. */
  private refused: ReadonlyMap<string, string> = new Map();
  /** By address, as of the last pass in which all leases were right; null: not known. */
  private holders: ReadonlyMap<string, Holder> | null = null;
  /** Where the end of the last reload will be found in the log; null: it has been. */
  private unsettled: LogTail | null = null;
  private readonly directory: string;

  /** @param root directory of all servers; the network's id names ours below it. */
  constructor(
    private readonly root: string,
    private readonly network: string,
    found: readonly FoundDaemon[],
  ) {
    this.directory = join(root, network);
    const mine = found.find((daemon) => daemon.network === network);
    if (mine) this.running = { ref: mine, confName: mine.confName, netns: mine.netns };
  }

  isRunning(): boolean {
    return this.running !== null && !this.silent && isAlive(this.running.ref) && !isHalted(this.running.ref);
  }

  /**
   * Brings the server to its specification and proves it. Not to be called twice at a time.
   * @throws Error in the daemon's or the system's words.
   */
  async reconcile(spec: DhcpServerSpec): Promise<ServerPass> {
    const files = renderFiles(spec, this.directory, canReadBelow(this.directory) ? null : 'root');
    let commands = this.write(files);
    const netns = netnsInode(spec.netns);
    const right = this.isRunning() && this.running?.confName === files.confName && this.running.netns === netns;
    const contents = [files.confName, files.host.text, files.opts.text, files.addnHosts].join('\n');
    if (!right) commands += await this.start(spec, files, netns);
    else if (this.confirmed !== contents) await this.reload(spec, files);
    this.confirmed = contents;
    await this.releaseFreed(spec);
    const refused = new Map([...files.faults, ...this.refused]);
    const taken = spec.reservations.filter(({ port }) => !refused.has(port));
    return { commands, loaded: new Map(taken.map((r) => [r.port, reservationText(r, spec.domain)])), refused };
  }

  /** Ends the process and removes the files. */
  async remove(): Promise<void> {
    if (this.running) await terminate(this.running.ref);
    this.running = null;
    rmSync(this.directory, { recursive: true, force: true });
  }

  private write(files: DnsmasqFiles): number {
    mkdirSync(this.directory, { recursive: true, mode: 0o755 });
    const { confName, conf, host, opts, addnHosts } = files;
    const wanted = { [confName]: conf, host: host.text, opts: opts.text, addn_hosts: addnHosts };
    let written = 0;
    for (const [name, content] of Object.entries(wanted)) {
      const path = join(this.directory, name);
      // An empty file is a file, too: the server complains of one that is missing.
      if (readIfThere(path) === content) continue;
      // The server may read at any moment: it must see the old file or the new one.
      writeFileSync(`${path}.new`, content, { mode: 0o644 });
      renameSync(`${path}.new`, path);
      written++;
    }
    return written;
  }

  private async start(spec: DhcpServerSpec, files: DnsmasqFiles, netns: number): Promise<number> {
    let commands = 1;
    // One that we do not know of (its pid file lost, another namespace) would hold our sockets.
    for (const stray of findDaemons(this.root).filter(({ network }) => network === this.network)) {
      await terminate(stray);
      commands++;
    }
    this.running = null;
    this.confirmed = null;
    this.unsettled = null;
    this.silent = false;
    const log = new LogTail(join(this.directory, 'log'));
    await startDaemon(spec.netns, 'dnsmasq', [`--conf-file=${join(this.directory, files.confName)}`]);
    const ref = processRef(Number(readFileSync(join(this.directory, 'pid'), 'utf8')));
    if (!ref) throw new Error('dnsmasq ended right after its start');
    this.running = { ref, confName: files.confName, netns };
    await this.confirm(ref, log, spec, files);
    for (const old of readdirSync(this.directory))
      if (old.startsWith('conf.') && old !== files.confName) unlinkSync(join(this.directory, old));
    return commands;
  }

  private async reload(spec: DhcpServerSpec, files: DnsmasqFiles): Promise<void> {
    const { ref } = this.running as { ref: ProcessRef };
    await this.settled();
    const path = join(this.directory, 'log');
    rotateLog(path);
    const log = new LogTail(path);
    if (!signal(ref, 'SIGHUP')) throw new Error('dnsmasq died before its reload');
    await this.confirm(ref, log, spec, files);
    // Only now, in the middle of the reload: of two signals that wait together the kernel runs the later one's handler first. The
    // statistics that it asks for come after all that the reload still has to do.
    this.unsettled = new LogTail(path);
    if (!signal(ref, 'SIGUSR1')) throw new Error('dnsmasq died during its reload');
  }

  /**
   * Waits for the end of the last reload. After its files are read the server holds every lease against them (0.7 s with 5,000 of
   * both), writes the lease file anew, and answers nobody meanwhile: it is not asked again before, nor is the file read.
   */
  private async settled(): Promise<void> {
    const [log, ref] = [this.unsettled, this.running?.ref];
    if (!log || !ref) return;
    for (let waited = 0; !log.lines().some((line) => /: time \d+$/.test(line)); waited += 2) {
      if (!isAlive(ref)) throw new Error('dnsmasq died while reading its files');
      if (waited >= SETTLE_MS) {
        this.silent = true;
        throw new Error(`dnsmasq did not come to rest within ${SETTLE_MS} ms after a reload`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.unsettled = null;
  }

  /**
   * Waits for the server's own word that it has read the last of its files: the options; where it gives no leases and only
   * advertises prefixes, it reads the names and nothing else. What it refuses of one port is that port's matter alone.
   */
  private async confirm(ref: ProcessRef, log: LogTail, spec: DhcpServerSpec, files: DnsmasqFiles): Promise<void> {
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
      if (!isAlive(ref)) throw new Error('dnsmasq died while reading its files');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.silent = true;
    throw new Error(`dnsmasq did not say within ${CONFIRM_MS} ms that it has read its files`);
  }

  /**
   * A lease of an address that is free now, or another's, would keep the server from giving it away. A DHCPv6 lease also keeps its
   * name in DNS until it is renewed, where one of DHCPv4 takes the reservation's on a reload.
   */
  private async releaseFreed(spec: DhcpServerSpec): Promise<void> {
    const holders = holdersOf(spec);
    const before = this.holders;
    const isSuspect = (ip: string) => before === null || before.get(ip)?.key !== holders.get(ip)?.key;
    // Of what has not changed since the last look, no lease can have become wrong: no need to wait for the file.
    if (before === null || [...before.keys()].some(isSuspect)) {
      await this.settled();
      for (const lease of parseLeases(readIfThere(join(this.directory, 'leases')) ?? '')) {
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

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
