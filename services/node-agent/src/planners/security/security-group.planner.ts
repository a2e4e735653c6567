import type { SecurityGroupFact } from '@weft/contracts';
import { EMPTY_PLAN, type FactChange, type NodeProfile, type Plan, type Planner } from '../planner';

/** The rules of a security group: one pair of chains, whichever ports have it. */
export class SecurityGroupPlanner implements Planner {
  readonly kind = 'security-group';
  private readonly groups = new Map<string, SecurityGroupFact>();

  index({ key, after }: FactChange): Iterable<string> {
    if (key.kind !== 'security-group') return [];
    if (after?.value) this.groups.set(key.group, after.value as SecurityGroupFact);
    else this.groups.delete(key.group);
    return [key.group];
  }

  plan(id: string, { capabilities }: NodeProfile): Plan {
    const group = this.groups.get(id);
    if (!group || !capabilities.filter) return EMPTY_PLAN;
    return { objects: { filter: [{ kind: 'group', group }] }, requirements: [] };
  }
}
