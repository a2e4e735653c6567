import type { Component, ReasonCode, Report } from '@weft/contracts';
import type { DhcpServerSpec, ForwardingEntry, LinkSpec, NamespaceSpec, NeighbourEntry } from '@weft/dataplane';

/** What managers must know of the node itself. */
export interface NodeProfile {
  readonly host: string;
  readonly tunnelIp: string | null;
  readonly bridgeMappings: Readonly<Record<string, string>>;
  readonly metadata: boolean;
  readonly capabilities: { readonly vxlan: boolean; readonly neighSuppress: boolean };
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
  /** The tap of the port, among the links: when it is missing, nothing is wrong, it is only not there. */
  readonly tap?: string;
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

export const isVerdict = (rests: Verdict | Evidence): rests is Verdict => 'state' in rests;

/** Everything that must be on this node because of one network. */
export interface NetworkPlan {
  readonly links: readonly LinkSpec[];
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
  forwarding: [],
  neighbours: [],
  namespace: null,
  dhcp: null,
  metadata: null,
  claims: [],
};
