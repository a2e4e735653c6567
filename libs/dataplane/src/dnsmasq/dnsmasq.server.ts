import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DnsmasqFiles } from './dnsmasq.files';
import { parseLeases, renderFiles, reservationText } from './dnsmasq.files';
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
import type { DhcpServerSpec } from './dnsmasq.types';

/** How long a server may take to say that it has read its files, ms. */
const CONFIRM_MS = 3_000;

/** What one pass did. */
export interface ServerPass {
  /** Files written, processes started or ended. */
  readonly commands: number;
  /** Reservation text by port, as loaded by the running server. */
  readonly loaded: ReadonlyMap<string, string>;
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
    const contents = `${files.confName}\n${files.host}\n${files.opts}\n${files.addnHosts}`;
    if (!right) commands += await this.start(spec, files, netns);
    else if (this.confirmed !== contents) await this.reload(spec);
    this.confirmed = contents;
    rotateLog(join(this.directory, 'log'));
    await this.releaseFreed(spec);
    return { commands, loaded: new Map(spec.reservations.map((r) => [r.port, reservationText(r, spec.domain)])) };
  }

  /** Ends the process and removes the files. */
  async remove(): Promise<void> {
    if (this.running) await terminate(this.running.ref);
    this.running = null;
    rmSync(this.directory, { recursive: true, force: true });
  }

  private write(files: DnsmasqFiles): number {
    mkdirSync(this.directory, { recursive: true, mode: 0o755 });
    const wanted = { [files.confName]: files.conf, host: files.host, opts: files.opts, addn_hosts: files.addnHosts };
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
    this.silent = false;
    const log = new LogTail(join(this.directory, 'log'));
    await startDaemon(spec.netns, 'dnsmasq', [`--conf-file=${join(this.directory, files.confName)}`]);
    const ref = processRef(Number(readFileSync(join(this.directory, 'pid'), 'utf8')));
    if (!ref) throw new Error('dnsmasq ended right after its start');
    this.running = { ref, confName: files.confName, netns };
    await this.confirm(ref, log, spec);
    for (const old of readdirSync(this.directory))
      if (old.startsWith('conf.') && old !== files.confName) unlinkSync(join(this.directory, old));
    return commands;
  }

  private async reload(spec: DhcpServerSpec): Promise<void> {
    const { ref } = this.running as { ref: ProcessRef };
    const log = new LogTail(join(this.directory, 'log'));
    if (!signal(ref, 'SIGHUP')) throw new Error('dnsmasq died before its reload');
    await this.confirm(ref, log, spec);
  }

  /**
   * Waits for the server's own word that it has read the last of its files: the options; where it gives no leases and only
   * advertises prefixes, it reads the names and nothing else.
   */
  private async confirm(ref: ProcessRef, log: LogTail, spec: DhcpServerSpec): Promise<void> {
    const leases = spec.subnets.some(({ mode }) => mode !== 'ra-only');
    const done = leases ? `read ${join(this.directory, 'opts')}` : `read ${join(this.directory, 'addn_hosts')} - `;
    const complaints: string[] = [];
    for (let waited = 0; waited < CONFIRM_MS; waited += 2) {
      for (const line of log.lines()) {
        if (/ at line \d+ of |failed to (read|load)|bad (DHCP|dhcp)/.test(line)) complaints.push(line);
        if (!(leases ? line.endsWith(done) : line.includes(done))) continue;
        if (complaints.length > 0) throw new Error(complaints.join('; '));
        return;
      }
      if (!isAlive(ref)) throw new Error('dnsmasq died while reading its files');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.silent = true;
    throw new Error(`dnsmasq did not say within ${CONFIRM_MS} ms that it has read its files`);
  }

  /** A lease of an address that is free now, or another's, would keep the server from giving it away. */
  private async releaseFreed(spec: DhcpServerSpec): Promise<void> {
    const leases = parseLeases(readIfThere(join(this.directory, 'leases')) ?? '');
    if (leases.length === 0) return;
    const macOf = new Map(spec.reservations.flatMap((r) => [...r.v4, ...r.v6].map((ip) => [ip, r.mac] as const)));
    for (const lease of leases) {
      const holder = macOf.get(lease.ip);
      if (lease.family === 4 && holder !== lease.mac) {
        const id = lease.clientId ? [lease.clientId] : [];
        await run(spec.netns, 'dhcp_release', [spec.device, lease.ip, lease.mac, ...id]);
      } else if (lease.family === 6 && holder === undefined) {
        const ids = [
          '--client-id',
          lease.duid,
          '--server-id',
          lease.serverDuid,
          '--iaid',
          lease.iaid.replace(/^T/, ''),
        ];
        await run(spec.netns, 'dhcp_release6', ['--iface', spec.device, ...ids, '--ip', lease.ip]);
      }
    }
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

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
