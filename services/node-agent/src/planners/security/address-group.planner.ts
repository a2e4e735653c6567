import type { AddressGroupFact } from '@weft/contracts';
import { EMPTY_PLAN, type FactChange, type NodeProfile, type Plan, type Planner } from '../planner';

/** An address group that rules refer to: one set. */
export class AddressGroupPlanner implements Planner {
  readonly kind = 'address-group';
  private readonly groups = new Map<string, AddressGroupFact>();

  index({ key, after }: FactChange): Iterable<string> {
    if (key.kind !== 'address-group') return [];
    if (after?.value) this.groups.set(key.group, after.value as AddressGroupFact);
    else this.groups.delete(key.group);
    return [key.group];
  }

  plan(id: string, { capabilities }: NodeProfile): Plan {
    const group = this.groups.get(id);
    if (!group || !capabilities.filter) return EMPTY_PLAN;
    return { objects: { filter: [{ kind: 'address-group', id, cidrs: group.addresses }] }, requirements: [] };
  }
}
