import type { Component, ReasonCode, Report } from '@weft/contracts';
import type {
  Bucket,
  Capabilities,
  DhcpServerSpec,
  ForwardingEntry,
  LinkSpec,
  NamespaceSpec,
  NeighbourEntry,
  NetworkFilter,
  PortRules,
  Redirect,
} from '@weft/dataplane';

/** What managers must know of the node itself. */
export interface NodeProfile {
  readonly host: string;
  readonly tunnelIp: string | null;
  readonly bridgeMappings: Readonly<Record<string, string>>;
  readonly metadata: boolean;
  /** Lease time in seconds; resolvers that the networks' DNS servers ask, in that order. */
  readonly dhcp: { readonly leaseTime: number; readonly resolvers: readonly string[] };
  readonly capabilities: Capabilities;
}

/** Known from the facts alone: no look at the kernel can change it. */
export interface Verdict {
  readonly state: Report['state'];
  readonly reason?: ReasonCode;
  readonly detail?: string;
}

/** What must be seen in the kernel and its daemons before a claim is proven. */
export interface Evidence {
  readonly links: readonly string[];
  /**
   * The port's own device, and the instance's tap, which it is or hangs on (subport): when that is missing, nothing is wrong, it is
   * only not there.
   */
  readonly port?: { readonly device: string; readonly tap: string };
  /** The rules for frames must be in force: else it would be connected to more than its network. */
  readonly frames?: true;
  /** Device of a port whose packets must be judged as its security says. */
  readonly filter?: string;
  /** Devices whose exit must be held to its rate, and devices whose entry must lead through an ifb. */
  readonly buckets?: readonly string[];
  readonly redirects?: readonly string[];
  readonly namespace?: string;
  /** The network's DHCP server must have loaded this text for the port; null: it must merely run. */
  readonly reservation?: { readonly network: string; readonly text: string | null };
}

/** Something that this node has to prove (or refute) of a port. */
export interface Claim {
  readonly port: string;
  readonly component: Component;
  readonly generation: number;
  readonly trace?: string;
  readonly rests: Verdict | Evidence;
}

export const isVerdict = (rests: Verdict | object): rests is Verdict => 'state' in rests;

/** Everything that must be on this node because of one network. */
export interface NetworkPlan {
  readonly links: readonly LinkSpec[];
  readonly buckets: readonly Bucket[];
  readonly redirects: readonly Redirect[];
  /** Rules for frames of single ports; null: there is no bridge of this network here. */
  readonly frames: readonly PortRules[] | null;
  /** What may pass between its devices; null: the network is not here, or the node cannot filter. */
  readonly filter: NetworkFilter | null;
  readonly forwarding: readonly ForwardingEntry[];
  readonly neighbours: readonly NeighbourEntry[];
  readonly namespace: NamespaceSpec | null;
  readonly dhcp: DhcpServerSpec | null;
  /** Namespace in which metadata is served. */
  readonly metadata: string | null;
  readonly claims: readonly Claim[];
}

export const EMPTY_PLAN: NetworkPlan = {
  links: [],
  buckets: [],
  redirects: [],
  frames: null,
  filter: null,
  forwarding: [],
  neighbours: [],
  namespace: null,
  dhcp: null,
  metadata: null,
  claims: [],
};
