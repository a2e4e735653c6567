/** What a caller is to a walk: two tenants, and an operator. */
export type Caller = 'owner' | 'guest' | 'admin';
export type TenantName = 'owner' | 'guest';

export interface ModelNetwork {
  readonly id: string;
  readonly project: TenantName;
  name: string;
  /** RBAC policy id of the grant to the other tenant; null: none. */
  grant: string | null;
  /** Shared with all. */
  shared: boolean;
}

export interface ModelSubnet {
  readonly id: string;
  readonly network: string;
  /** It is {@link cidrOf} that. */
  readonly n: number;
}

export interface ModelPort {
  readonly id: string;
  readonly network: string;
  readonly project: TenantName;
  name: string;
  /** `null`: its network had no subnet. */
  readonly ip: string | null;
}

/** The first subnet of a network has a gateway and five addresses, the others a gateway and one: they are soon spent. */
export const cidrOf = (n: number): string => `10.0.${n}.0/${n === 0 ? 29 : 30}`;
export const addressesOf = (n: number): string[] =>
  (n === 0 ? [2, 3, 4, 5, 6] : [2]).map((host) => `10.0.${n}.${host}`);

export interface ModelGroup {
  readonly id: string;
  readonly project: TenantName;
  name: string;
}

/** Ingress, for tcp. */
export interface ModelRule {
  readonly id: string;
  readonly group: string;
  readonly port: number;
  /** Group that it names as the other side. */
  readonly remote: string | null;
}

/** Groups that a project may have, its default group among them: few, for this is to be met often. */
export const MOST_GROUPS = 4;

export type Counted = 'network' | 'subnet' | 'port' | 'rbac_policy';

/** What an answer must be: a status, and of an error its type. */
export interface Expected {
  readonly status: number;
  readonly type?: string;
}

export const refused = (status: number, type: string): Expected => ({ status, type });

/** The cloud of one walk, as small as it can be told: enough to know what each request must be answered. */
export class Model {
  readonly networks = new Map<string, ModelNetwork>();
  /** In the order in which they came. */
  readonly subnets = new Map<string, ModelSubnet>();
  readonly ports = new Map<string, ModelPort>();
  readonly groups = new Map<string, ModelGroup>();
  readonly rules = new Map<string, ModelRule>();
  readonly limits: Record<TenantName, Partial<Record<Counted, number>>> = { owner: {}, guest: {} };

  /** Of a project; a subnet is its network owner's. */
  used(project: TenantName, what: Counted): number {
    const count = <T>(all: Iterable<T>, own: (each: T) => boolean) => [...all].filter(own).length;
    switch (what) {
      case 'network':
        return count(this.networks.values(), (network) => network.project === project);
      case 'subnet':
        return count(this.subnets.values(), ({ network }) => this.networks.get(network)!.project === project);
      case 'port':
        return count(this.ports.values(), (port) => port.project === project);
      case 'rbac_policy':
        return [...this.networks.values()]
          .filter((network) => network.project === project)
          .reduce((sum, { grant, shared }) => sum + Number(grant !== null) + Number(shared), 0);
    }
  }

  isFull(project: TenantName, what: Counted): boolean {
    const limit = this.limits[project][what];
    return limit !== undefined && limit >= 0 && this.used(project, what) >= limit;
  }

  isOpen(network: ModelNetwork, caller: Caller): boolean {
    return network.shared || (network.grant !== null && caller !== network.project);
  }

  sees(network: ModelNetwork, caller: Caller): boolean {
    return caller === 'admin' || network.project === caller || this.isOpen(network, caller);
  }

  portsOf(network: string): ModelPort[] {
    return [...this.ports.values()].filter((port) => port.network === network);
  }

  subnetsOf(network: string): ModelSubnet[] {
    return [...this.subnets.values()].filter((subnet) => subnet.network === network);
  }

  freeIn(subnet: ModelSubnet): string[] {
    const taken = new Set(this.portsOf(subnet.network).map(({ ip }) => ip));
    return addressesOf(subnet.n).filter((ip) => !taken.has(ip));
  }

  /** The addresses of which a new port gets one: of the first subnet with any left. */
  nextAddresses(network: string): string[] {
    for (const subnet of this.subnetsOf(network)) {
      const free = this.freeIn(subnet);
      if (free.length > 0) return free;
    }
    return [];
  }

  /** Whether others live by the sharing that would be left with these grants. */
  isNeeded(network: ModelNetwork, left: { readonly grant: boolean; readonly shared: boolean }): boolean {
    if (left.grant || left.shared) return false;
    return this.portsOf(network.id).some(({ project }) => project !== network.project);
  }
}
