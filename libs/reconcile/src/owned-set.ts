import type { DeltaTracker } from './delta-tracker';

/**
 * Desired objects grouped by who asked for them (a network, …): an owner replaces all of its objects in one call, and
 * only the difference reaches the tracker. Should two owners claim one key, the newer claim holds, and the older one comes
 * back when the newer is withdrawn.
 */
export class OwnedSet<V> {
  private readonly byOwner = new Map<string, ReadonlyMap<string, V>>();
  /** key → owners that claim it, oldest first. */
  private readonly claims = new Map<string, string[]>();

  constructor(private readonly tracker: Pick<DeltaTracker<V, never>, 'setDesired' | 'deleteDesired'>) {}

  /** Replaces what `owner` desires; an empty map forgets the owner. */
  setDesired(owner: string, objects: ReadonlyMap<string, V>): void {
    const before = this.byOwner.get(owner);
    if (objects.size > 0) this.byOwner.set(owner, objects);
    else this.byOwner.delete(owner);
    for (const key of before?.keys() ?? []) if (!objects.has(key)) this.withdraw(owner, key);
    for (const [key, value] of objects) {
      const owners = this.claims.get(key);
      if (!owners) this.claims.set(key, [owner]);
      else if (!owners.includes(owner)) owners.push(owner);
      if (this.ownerOf(key) === owner) this.tracker.setDesired(key, value);
    }
  }

  owners(): IterableIterator<string> {
    return this.byOwner.keys();
  }

  /** Who holds the key at present. */
  ownerOf(key: string): string | undefined {
    return this.claims.get(key)?.at(-1);
  }

  private withdraw(owner: string, key: string): void {
    const rest = (this.claims.get(key) ?? []).filter((name) => name !== owner);
    if (rest.length === 0) {
      this.claims.delete(key);
      this.tracker.deleteDesired(key);
      return;
    }
    this.claims.set(key, rest);
    const heir = this.byOwner.get(rest.at(-1) as string)?.get(key);
    if (heir !== undefined) this.tracker.setDesired(key, heir);
  }
}
