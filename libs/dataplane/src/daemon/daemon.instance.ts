import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DaemonControl,
  type DaemonFiles,
  type DaemonKind,
  type DaemonProof,
  UnresponsiveDaemon,
} from './daemon.kind';
import { LogTail } from './daemon.log';
import type { FoundDaemon, ProcessRef } from './daemon.process';
import { findDaemons, isAlive, isHalted, netnsInode, processRef, startDaemon, terminate } from './daemon.process';

/** What one pass did. */
export interface DaemonPass extends DaemonProof {
  /** Files written, processes started or ended. */
  readonly commands: number;
}

/**
 * One daemon: its files, its process, and the proof that it has read them. The process is the agent's child only until it has put itself into
 * the background: it outlives the agent, and is recognised by the configuration file on its command line.
 */
export class DaemonInstance<Spec> {
  private running: { ref: ProcessRef; confName: string; netns: number } | null = null;
  /** Contents that the running process is known to have read. */
  private confirmed: string | null = null;
  private unresponsive = false;
  private readonly directory: string;
  private readonly control: DaemonControl<Spec>;

  /** @param root directory of all instances of the kind; @param found those that run */
  constructor(
    private readonly kind: DaemonKind<Spec>,
    private readonly root: string,
    private readonly id: string,
    found: readonly FoundDaemon[],
  ) {
    this.directory = join(root, id);
    this.control = kind.control(this.directory);
    const adopted = found.find((daemon) => daemon.id === id);
    if (adopted) this.running = { ref: adopted, confName: adopted.confName, netns: adopted.netns };
  }

  isRunning(): boolean {
    return this.running !== null && !this.unresponsive && isAlive(this.running.ref) && !isHalted(this.running.ref);
  }

  /**
   * Brings the daemon to its specification and proves it. Not to be called twice at a time.
   * @throws Error in the daemon's or the system's words
   */
  async reconcile(spec: Spec): Promise<DaemonPass> {
    const files = this.control.render(spec);
    let commands = this.write(files);
    const netns = netnsInode(this.kind.netns(spec));
    const runsIt = this.isRunning() && this.running?.confName === files.confName && this.running.netns === netns;
    const contents = [files.confName, ...Object.values(files.contents)].join('\n');
    try {
      if (!runsIt) commands += await this.start(spec, files, netns);
      else if (this.confirmed !== contents) await this.control.reload(this.running!.ref, spec, files);
      this.confirmed = contents;
      await this.control.finish(this.running!.ref, spec);
    } catch (error) {
      this.unresponsive ||= error instanceof UnresponsiveDaemon;
      throw error;
    }
    return { commands, ...this.control.proof(spec, files) };
  }

  /** Ends the process and removes the files. */
  async remove(): Promise<void> {
    if (this.running) await terminate(this.running.ref);
    this.running = null;
    rmSync(this.directory, { recursive: true, force: true });
  }

  private write({ contents }: DaemonFiles): number {
    mkdirSync(this.directory, { recursive: true, mode: 0o755 });
    let written = 0;
    for (const [name, content] of Object.entries(contents)) {
      const path = join(this.directory, name);
      // An empty file is a file, too: a daemon complains of one that is missing.
      if (readIfPresent(path) === content) continue;
      // The daemon may read at any moment: it must see the old file or the new one.
      writeFileSync(`${path}.new`, content, { mode: 0o644 });
      renameSync(`${path}.new`, path);
      written++;
    }
    return written;
  }

  private async start(spec: Spec, files: DaemonFiles, netns: number): Promise<number> {
    let commands = 1;
    // One that is not known here (its pid file lost, another namespace) would hold our sockets.
    for (const stray of findDaemons(this.root).filter(({ id }) => id === this.id)) {
      await terminate(stray);
      commands++;
    }
    this.running = null;
    this.confirmed = null;
    this.unresponsive = false;
    this.control.started();
    const { program } = this.kind;
    const log = new LogTail(join(this.directory, 'log'));
    await startDaemon(this.kind.netns(spec), program, this.kind.command(join(this.directory, files.confName)));
    const ref = processRef(Number(readFileSync(join(this.directory, 'pid'), 'utf8')));
    if (!ref) throw new Error(`${program} ended right after its start`);
    this.running = { ref, confName: files.confName, netns };
    await this.control.confirm(ref, log, spec, files);
    for (const old of readdirSync(this.directory))
      if (old.startsWith('conf.') && old !== files.confName) unlinkSync(join(this.directory, old));
    return commands;
  }
}

/** Null: there is no such file. */
export function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
