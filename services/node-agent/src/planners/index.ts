import { AddressGroupPlanner } from './security/address-group.planner';
import { GroupMemberPlanner } from './security/group-member.planner';
import { SecurityGroupPlanner } from './security/security-group.planner';
import { NetworkPlanner } from './network/network.planner';
import type { Planner } from './planner';

/** Every planner of the agent; a new kind of owner is a line here. */
export const createPlanners = () => ({
  network: new NetworkPlanner(),
  securityGroup: new SecurityGroupPlanner(),
  groupMember: new GroupMemberPlanner(),
  addressGroup: new AddressGroupPlanner(),
});

export type Planners = Readonly<Record<string, Planner>> & Pick<ReturnType<typeof createPlanners>, 'network'>;
