import type { GroupMemberFact } from '@weft/contracts';
import { EMPTY_PLAN, type FactChange, type NodeProfile, type Plan, type Planner } from '../planner';

/** One member of a security group is an owner by itself: one more is one element more, at any size of the group. */
export class GroupMemberPlanner implements Planner {
  readonly kind = 'group-member';
  private readonly members = new Map<string, GroupMemberFact>();

  index({ key, after }: FactChange): Iterable<string> {
    if (key.kind !== 'group-member') return [];
    const id = `${key.group}/${key.port}`;
    if (after?.value) this.members.set(id, after.value as GroupMemberFact);
    else this.members.delete(id);
    return [id];
  }

  plan(id: string, { capabilities }: NodeProfile): Plan {
    const member = this.members.get(id);
    if (!member || !capabilities.filter) return EMPTY_PLAN;
    return { objects: { filter: [{ kind: 'member', ...member }] }, requirements: [] };
  }
}
