import { assignmentPrefix, COMMON_PREFIXES, type Fact, interestsOf, parseFactKey } from '@weft/contracts';

/**
 * What a node needs, derived from its assignments: each scope with the assignments that ask for it. The scope is dropped with the
 * last of them.
 */
export class Interests {
  private readonly reasons = new Map<string, Set<string>>();

  constructor(host: string, assignments: ReadonlyMap<string, Fact>) {
    for (const scope of [...COMMON_PREFIXES, assignmentPrefix(host)]) this.reasons.set(scope, new Set(['always']));
    for (const [key, fact] of assignments) this.update(key, fact);
  }

  get scopes(): string[] {
    return [...this.reasons.keys()];
  }

  /** Takes a new value of an assignment in. @returns the scopes that came and went */
  update(key: string, { value }: Fact): { readonly come: string[]; readonly gone: string[] } {
    const parsed = parseFactKey(key);
    const wanted = parsed && value ? interestsOf(parsed, value) : [];
    const come = wanted.filter((scope) => !this.reasons.has(scope));
    for (const scope of wanted) this.reasons.set(scope, (this.reasons.get(scope) ?? new Set()).add(key));
    const gone: string[] = [];
    for (const [scope, reasons] of this.reasons) {
      if (wanted.includes(scope) || !reasons.delete(key) || reasons.size > 0) continue;
      this.reasons.delete(scope);
      gone.push(scope);
    }
    return { come, gone };
  }
}
