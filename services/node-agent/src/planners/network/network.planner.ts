import type { FactChange, NodeProfile, Plan, Planner } from '../planner';
import { NetworkIndex } from './network.index';
import { planNetwork } from './network.plan';

/** A network with the ports, DHCP and metadata that this node has of it. */
export class NetworkPlanner implements Planner {
  readonly kind = 'network';
  readonly networks = new NetworkIndex();

  index(change: FactChange): Iterable<string> {
    return this.networks.apply(change);
  }

  plan(id: string, node: NodeProfile): Plan {
    return planNetwork(this.networks.view(id), node);
  }
}
