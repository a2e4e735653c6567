import { assignmentPrefix, COMMON_PREFIXES, type Fact, interestsOf, parseFactKey, scopeOf } from '@weft/contracts';

export interface InterestChange {
  readonly come: readonly string[];
  readonly gone: readonly string[];
}

const NO_CHANGE: InterestChange = { come: [], gone: [] };

/**
 * What a node needs, derived from its assignments and onward from the facts that they bring: each scope with the keys that ask for it. The
 * scope is dropped with the last of them, and with it what its own facts have asked for. (Kinds of facts ask in one direction: a port for
 * groups, a group for members. In a circle nobody would be the last.)
 */
export class Interests {
  /** Scope → keys that ask for it. */
  private readonly reasons = new Map<string, Set<string>>();
  /** Key → scopes that it asks for. */
  private readonly wants = new Map<string, readonly string[]>();
  /** Scope → those of its keys which ask for anything. */
  private readonly askers = new Map<string, Set<string>>();

  /** @param facts the facts of a scope */
  constructor(
    host: string,
    private readonly facts: (scope: string) => ReadonlyMap<string, Fact>,
  ) {
    const own = assignmentPrefix(host);
    for (const scope of [...COMMON_PREFIXES, own]) this.reasons.set(scope, new Set(['always']));
    for (const [key, fact] of this.facts(own)) this.update(key, fact);
  }

  get scopes(): string[] {
    return [...this.reasons.keys()];
  }

  /** Takes a new value of a fact in that the node has. @returns the scopes that came and went */
  update(key: string, fact: Fact): InterestChange {
    const wanted = wantsOf(key, fact);
    if (wanted.length === 0 && !this.wants.has(key)) return NO_CHANGE;
    const change = { come: [] as string[], gone: [] as string[] };
    this.ask(key, wanted, change);
    return change;
  }

  private ask(key: string, wanted: readonly string[], change: { come: string[]; gone: string[] }): void {
    const before = this.wants.get(key) ?? [];
    this.note(key, wanted);
    for (const scope of wanted) {
      const reasons = this.reasons.get(scope);
      if (reasons) {
        reasons.add(key);
        continue;
      }
      this.reasons.set(scope, new Set([key]));
      change.come.push(scope);
      for (const [brought, fact] of this.facts(scope)) this.ask(brought, wantsOf(brought, fact), change);
    }
    for (const scope of before) {
      const reasons = this.reasons.get(scope);
      if (wanted.includes(scope) || !reasons?.delete(key) || reasons.size > 0) continue;
      this.reasons.delete(scope);
      change.gone.push(scope);
      for (const asker of [...(this.askers.get(scope) ?? [])]) this.ask(asker, [], change);
    }
  }

  private note(key: string, wanted: readonly string[]): void {
    const scope = scopeOf(key);
    const askers = this.askers.get(scope) ?? new Set();
    if (wanted.length > 0) {
      this.wants.set(key, wanted);
      this.askers.set(scope, askers.add(key));
      return;
    }
    this.wants.delete(key);
    askers.delete(key);
    if (askers.size === 0) this.askers.delete(scope);
  }
}

function wantsOf(key: string, { value }: Fact): readonly string[] {
  const parsed = parseFactKey(key);
  return parsed && value ? interestsOf(parsed, value) : [];
}
