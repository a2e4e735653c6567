import type { LogTail } from './daemon.log';
import type { ProcessRef } from './daemon.process';

/** Contents of a daemon's directory. Rendering is pure: the same specification gives the same bytes. */
export interface DaemonFiles {
  /** `conf.<hash of its content>`: read at start only, so that a running process itself says which configuration it has. */
  readonly confName: string;
  /** File name → content, the configuration among them. All others can be read again while the daemon runs. */
  readonly contents: Readonly<Record<string, string>>;
}

/** What a running daemon is known to do, in parts that are proven one by one. */
export interface DaemonProof {
  /** Part → its text, as read by the daemon. */
  readonly loaded: ReadonlyMap<string, string>;
  /** Part → why the daemon refuses it. Its other parts are in force. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The daemon does not confirm what it was asked: only a new process will. */
export class UnresponsiveDaemon extends Error {
  override readonly name = 'UnresponsiveDaemon';
}

/** How one instance of a daemon is spoken to. Calls are serialised; it may remember what it has learned of its process. */
export interface DaemonControl<Spec, Files extends DaemonFiles = DaemonFiles> {
  render(spec: Spec): Files;
  /** A new process was started: nothing of an earlier one holds. */
  started(): void;
  /**
   * Waits until the process has confirmed that it has read its files.
   * @param log what it has logged since its start
   * @throws UnresponsiveDaemon, or Error in the daemon's words
   */
  confirm(process: ProcessRef, log: LogTail, spec: Spec, files: Files): Promise<void>;
  /** Makes the process read its files again, and waits for its confirmation. @throws as {@link confirm} */
  reload(process: ProcessRef, spec: Spec, files: Files): Promise<void>;
  /** After files are confirmed: what else the daemon's state needs. */
  finish(process: ProcessRef, spec: Spec): Promise<void>;
  proof(spec: Spec, files: Files): DaemonProof;
}

/** A kind of daemon that {@link DaemonDriver} runs: one process for each specification, in a network namespace. */
export interface DaemonKind<Spec> {
  /** Of its driver. */
  readonly kind: string;
  readonly program: string;
  /** Names the instance, and its directory. */
  id(spec: Spec): string;
  netns(spec: Spec): string;
  /** Arguments by which it puts itself into the background, writes `pid` and appends to `log` in its directory; `conf` is on its command line. */
  command(conf: string): readonly string[];
  control(directory: string): DaemonControl<Spec>;
}
