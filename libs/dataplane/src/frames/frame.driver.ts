import { spawnSync } from 'node:child_process';
import type { Clock, Failure } from '@weft/reconcile';
import { Backoff } from '@weft/reconcile';
import type { Drift } from '../driver/drift';
import type { NetlinkMessage } from '../netlink/message';
import { attrString, readAttributes } from '../netlink/message';
import type { PortRules } from './frame.rules';
import { FRAME_TABLE, tableText } from './frame.rules';

/** The driver's one object. */
const KEY = FRAME_TABLE;

/**
 * The node's rules for frames, in one table which is replaced as a whole. Its comment is a digest of what it was made from: a restart
 * knows by it that there is nothing to do.
 */
export class FrameDriver {
  readonly failures: Backoff;
  private readonly owners = new Map<string, readonly PortRules[]>();
  /** Made of the owners' rules when they change, not at each look. */
  private desired: { readonly text: string; readonly digest: string } | null = null;
  /** The listing of the table as we left it; null: it is not there, or not ours. */
  private actual: { readonly digest: string; readonly listing: string } | null = null;
  private dirty = true;
  commands = 0;

  constructor(clock: Clock) {
    this.failures = new Backoff(clock);
  }

  /** @param rules null: the owner has no bridge here, and needs no table. */
  setDesired(owner: string, rules: readonly PortRules[] | null): void {
    if (rules) this.owners.set(owner, rules);
    else this.owners.delete(owner);
    this.desired = null;
  }

  markDirty(): void {
    this.dirty = true;
  }

  /** A notification of nftables: whether it speaks of this table, which is dirty then. */
  observe({ payload }: NetlinkMessage): boolean {
    // Behind a head of four bytes, the name of its table is attribute 1 of every kind of object.
    if (attrString(readAttributes(payload, 4), 1) !== FRAME_TABLE) return false;
    this.dirty = true;
    return true;
  }

  /** @returns the table, if somebody has changed it. */
  resync(): Drift[] {
    if (!this.dirty) return [];
    this.dirty = false;
    const before = this.actual;
    let listing: string | null;
    try {
      listing = read();
    } catch (error) {
      this.actual = null;
      this.failures.failed(KEY, error as Error);
      return [];
    }
    const digest = listing === null ? undefined : /comment "([0-9a-f]+)"/.exec(listing)?.[1];
    this.actual = listing === null ? null : { listing, digest: digest ?? '' };
    if (!before || before.listing === listing) return [];
    if (this.actual) this.actual = { ...this.actual, digest: '' };
    return [{ kind: 'filter', what: `table bridge ${FRAME_TABLE}`, owner: [...this.owners.keys()][0] ?? '', key: KEY }];
  }

  /** @returns the number of commands. */
  applyUpdates(): number {
    if (this.owners.size === 0 || this.inSync() || !this.failures.ready(KEY)) return 0;
    const { text, digest } = this.target();
    return this.run(text, () => (this.actual = { digest, listing: read() ?? '' }));
  }

  /** @returns the number of commands. */
  applyDeletes(): number {
    if (this.owners.size > 0 || !this.actual || !this.failures.ready(KEY)) return 0;
    return this.run(`delete table bridge ${FRAME_TABLE}\n`, () => (this.actual = null));
  }

  inSync(): boolean {
    return this.actual?.digest === this.target().digest;
  }

  get failure(): Failure | undefined {
    return this.failures.get(KEY);
  }

  get pending(): number {
    return this.owners.size > 0 && !this.inSync() ? 1 : 0;
  }

  private target(): { readonly text: string; readonly digest: string } {
    return (this.desired ??= tableText([...this.owners.values()].flat()));
  }

  private run(input: string, done: () => void): number {
    this.commands++;
    try {
      nft(['-f', '-'], input);
      done();
      this.failures.forget(KEY);
    } catch (error) {
      this.failures.failed(KEY, error as Error);
    }
    return 1;
  }
}

function read(): string | null {
  // Without what counters and limits have come to: only what was said.
  const answer = spawnSync('nft', ['-s', 'list', 'table', 'bridge', FRAME_TABLE], { encoding: 'utf8' });
  if (answer.error) throw answer.error;
  if (answer.status === 0) return answer.stdout;
  if (answer.stderr.includes('No such file')) return null;
  throw new Error(`nft: ${answer.stderr.trim()}`);
}

function nft(args: readonly string[], input: string): void {
  const answer = spawnSync('nft', args, { input, encoding: 'utf8' });
  if (answer.error) throw answer.error;
  if (answer.status !== 0) throw new Error(`nft: ${answer.stderr.trim()}`);
}
