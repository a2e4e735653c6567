/**
 * Two keyed sets: what must be (desired) and what is (actual, as last read or written). What is left to do is
 * derived, never kept by hand. Keys must be the index by which the *kernel* tells objects apart: if ours were finer, an
 * update of one object would silently overwrite another.
 *
 * Pending sets are maintained incrementally: a call costs O(1), and asking for the work costs O(work).
 */
export class DeltaTracker<D, A = D> {
  private readonly desired = new Map<string, D>();
  private readonly actual = new Map<string, A>();
  private readonly updates = new Set<string>();
  private readonly deletes = new Set<string>();

  /** @param equal whether an actual object already is what is desired (it may look away from what we do not govern). */
  constructor(private readonly equal: (desired: D, actual: A) => boolean) {}

  setDesired(key: string, value: D): void {
    this.desired.set(key, value);
    this.settle(key);
  }

  deleteDesired(key: string): void {
    this.desired.delete(key);
    this.settle(key);
  }

  /** The object was read from the kernel, or a write of it was acknowledged. */
  setActual(key: string, value: A): void {
    this.actual.set(key, value);
    this.settle(key);
  }

  deleteActual(key: string): void {
    this.actual.delete(key);
    this.settle(key);
  }

  /**
   * Replaces the whole actual state after a full read.
   * @returns the keys that were in order before and are not any more: somebody else changed them.
   */
  replaceActual(entries: Iterable<readonly [key: string, value: A]>): string[] {
    const settled = [...this.desired.keys()].filter((key) => !this.updates.has(key));
    const gone = new Set(this.actual.keys());
    for (const [key, value] of entries) {
      gone.delete(key);
      this.setActual(key, value);
    }
    for (const key of gone) this.deleteActual(key);
    return settled.filter((key) => this.updates.has(key));
  }

  getDesired(key: string): D | undefined {
    return this.desired.get(key);
  }

  getActual(key: string): A | undefined {
    return this.actual.get(key);
  }

  desiredKeys(): IterableIterator<string> {
    return this.desired.keys();
  }

  /** Desired and equal to what is there. */
  inSync(key: string): boolean {
    return this.desired.has(key) && !this.updates.has(key);
  }

  /** To be made (no `actual`) or changed. */
  *pendingUpdates(): IterableIterator<{ key: string; desired: D; actual: A | undefined }> {
    for (const key of [...this.updates])
      yield { key, desired: this.desired.get(key) as D, actual: this.actual.get(key) };
  }

  /** There, and not wanted. */
  *pendingDeletes(): IterableIterator<{ key: string; actual: A }> {
    for (const key of [...this.deletes]) yield { key, actual: this.actual.get(key) as A };
  }

  get pending(): number {
    return this.updates.size + this.deletes.size;
  }

  private settle(key: string): void {
    const desired = this.desired.get(key);
    const actual = this.actual.get(key);
    this.updates.delete(key);
    this.deletes.delete(key);
    if (desired === undefined) {
      if (actual !== undefined) this.deletes.add(key);
    } else if (actual === undefined || !this.equal(desired, actual)) {
      this.updates.add(key);
    }
  }
}
