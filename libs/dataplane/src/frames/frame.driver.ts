import type { Clock } from '@weft/reconcile';
import { Backoff } from '@weft/reconcile';
import type { Drift } from '../driver/drift';
import { type Driver, IN_SYNC, type ObjectState, refusedOr } from '../driver/driver';
import { Nftables } from '../filter/nftables';
import { NETLINK_NETFILTER, NFNLGRP_NFTABLES } from '../netlink/constants';
import type { NetlinkMessage } from '../netlink/message';
import { attrString, readAttributes } from '../netlink/message';
import type { FrameSpec } from './frame.rules';
import { FRAME_TABLE, tableText } from './frame.rules';

/** The driver's one object. */
const KEY = FRAME_TABLE;

/**
 * The node's rules for frames, in one table which is replaced as a whole. Its comment is a digest of what it was made from: a restart
 * knows by it that there is nothing to do.
 */
export class FrameDriver implements Driver<FrameSpec> {
  readonly kind = 'frames';
  readonly notifications = { family: NETLINK_NETFILTER, groups: [NFNLGRP_NFTABLES] };
  private readonly nft = new Nftables();
  readonly failures: Backoff;
  private readonly owners = new Map<string, readonly FrameSpec[]>();
  /** Made of the owners' rules when they change, not at each look. */
  private desired: { readonly text: string; readonly digest: string } | null = null;
  /** The listing of the table as we left it; null: it is not there, or not ours. */
  private actual: { readonly digest: string; readonly listing: string } | null = null;
  private dirty = true;
  writes = 0;

  constructor(clock: Clock) {
    this.failures = new Backoff(clock);
  }

  /** With no bridge of any owner there is no table. */
  setDesired(owner: string, specs: readonly FrameSpec[]): void {
    if (specs.length > 0) this.owners.set(owner, specs);
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
      listing = this.read();
    } catch (error) {
      this.actual = null;
      this.failures.failed(KEY, error as Error);
      return [];
    }
    const digest = listing === null ? undefined : /comment "([0-9a-f]+)"/.exec(listing)?.[1];
    this.actual = listing === null ? null : { listing, digest: digest ?? '' };
    if (!before || before.listing === listing) return [];
    if (this.actual) this.actual = { ...this.actual, digest: '' };
    return [{ kind: 'filter', what: `table bridge ${FRAME_TABLE}`, owner: null, key: KEY }];
  }

  /** @returns the number of commands. */
  applyUpdates(): number {
    if (this.owners.size === 0 || this.inSync() || !this.failures.ready(KEY)) return 0;
    const { text, digest } = this.target();
    return this.run(text, () => (this.actual = { digest, listing: this.read() ?? '' }));
  }

  /** @returns the number of commands. */
  applyDeletes(): number {
    if (this.owners.size > 0 || !this.actual || !this.failures.ready(KEY)) return 0;
    return this.run(`delete table bridge ${FRAME_TABLE}\n`, () => (this.actual = null));
  }

  inSync(): boolean {
    return this.actual?.digest === this.target().digest;
  }

  stateOf(): ObjectState {
    return this.inSync() ? IN_SYNC : refusedOr(this.failures.get(KEY), 'the rules for frames');
  }

  nextRetryAt(): number | null {
    return this.failures.nextRetryAt();
  }

  close(): void {
    this.nft.close();
  }

  get pending(): number {
    return this.owners.size > 0 && !this.inSync() ? 1 : 0;
  }

  private target(): { readonly text: string; readonly digest: string } {
    return (this.desired ??= tableText([...this.owners.values()].flat().flatMap(({ ports }) => ports)));
  }

  private run(input: string, done: () => void): number {
    this.writes++;
    try {
      this.nft.run(input);
      done();
      this.failures.forget(KEY);
    } catch (error) {
      this.failures.failed(KEY, error as Error);
    }
    return 1;
  }

  /** Without the state of counters and limits: only what was written. Null: the table is not there. */
  private read(): string | null {
    return this.nft.text(`table bridge ${FRAME_TABLE}`);
  }
}
