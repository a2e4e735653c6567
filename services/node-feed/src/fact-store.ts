import { type Fact, fnv1a64, scopeOf } from '@weft/contracts';

/** A deletion is remembered this long, so that a late older value does not bring the thing back. */
const TOMBSTONE_MS = 3600_000;

interface Scope {
  readonly facts: Map<string, Fact>;
  /** XOR of the live facts' hashes: see `digestOf`. */
  digest: bigint;
}

/** All facts, in memory, by scope. The greater generation wins, deletions included. */
export class FactStore {
  private readonly scopes = new Map<string, Scope>();
  private readonly tombstones = new Map<string, { readonly generation: number; readonly at: number }>();

  /** @returns false if the fact says nothing new */
  apply(key: string, fact: Fact): boolean {
    const name = scopeOf(key);
    const known = this.scopes.get(name)?.facts.get(key);
    const last = Math.max(known?.generation ?? -1, this.tombstones.get(key)?.generation ?? -1);
    if (fact.generation <= last) return false;
    if (known) this.remove(name, key, known);
    if (fact.value === null) {
      this.tombstones.set(key, { generation: fact.generation, at: Date.now() });
      return true;
    }
    this.tombstones.delete(key);
    const scope = this.scopes.get(name) ?? { facts: new Map<string, Fact>(), digest: 0n };
    this.scopes.set(name, scope);
    scope.facts.set(key, fact);
    scope.digest ^= hash(key, fact);
    return true;
  }

  /** The live facts of a scope. */
  of(scope: string): ReadonlyMap<string, Fact> {
    return this.scopes.get(scope)?.facts ?? NONE;
  }

  digest(scope: string): string {
    return (this.scopes.get(scope)?.digest ?? 0n).toString(16);
  }

  get size(): number {
    let size = 0;
    for (const { facts } of this.scopes.values()) size += facts.size;
    return size;
  }

  forgetOldDeletions(now = Date.now()): void {
    for (const [key, { at }] of this.tombstones) if (now - at > TOMBSTONE_MS) this.tombstones.delete(key);
  }

  private remove(name: string, key: string, known: Fact): void {
    const scope = this.scopes.get(name)!;
    scope.facts.delete(key);
    scope.digest ^= hash(key, known);
    if (scope.facts.size === 0) this.scopes.delete(name);
  }
}

const NONE: ReadonlyMap<string, Fact> = new Map();
const hash = (key: string, { generation }: Fact): bigint => fnv1a64(`${key}@${generation}`);
