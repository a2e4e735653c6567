import type { NetworkFact } from '@weft/contracts';
import type { LinkSpec } from '@weft/dataplane';
import { bridgeName, vxlanName } from '../names';
import type { NodeProfile, Verdict } from './plan.types';

/** The network's presence on this node, or why it cannot be here. */
export type Segment =
  | { readonly ok: true; readonly bridge: string; readonly tunnel: string | null; readonly links: readonly LinkSpec[] }
  | { readonly ok: false; readonly verdict: Verdict };

const refused = (reason: Verdict['reason'], detail: string): Segment => ({
  ok: false,
  verdict: { state: 'error', reason, detail },
});

/** The bridge of a network, and what connects it to other nodes. */
export function planSegment({ id, mtu, segment }: NetworkFact, node: NodeProfile): Segment {
  const bridge = bridgeName(id);
  const base: LinkSpec = { kind: 'bridge', name: bridge, mtu };
  switch (segment.type) {
    case 'local':
      return { ok: true, bridge, tunnel: null, links: [base] };
    case 'flat': {
      const nic = segment.physicalNetwork === null ? undefined : node.bridgeMappings[segment.physicalNetwork];
      if (nic === undefined)
        return refused(
          'no-physical-network',
          `no bridge mapping for ${segment.physicalNetwork ?? 'an unnamed physical network'}`,
        );
      return { ok: true, bridge, tunnel: null, links: [base, { kind: 'nic', name: nic, master: bridge }] };
    }
    case 'vxlan': {
      if (node.tunnelIp === null)
        return refused('unsupported-on-node', 'the node has no tunnel endpoint (WEFT_TUNNEL_IP)');
      if (!node.capabilities.vxlan) return refused('unsupported-on-node', 'the kernel has no VXLAN');
      if (segment.segmentationId === null) return refused('unsupported-on-node', 'the segment has no VNI');
      const tunnel = vxlanName(segment.segmentationId);
      const vxlan: LinkSpec = {
        kind: 'vxlan',
        name: tunnel,
        mtu,
        master: bridge,
        vni: segment.segmentationId,
        local: node.tunnelIp,
        neighSuppress: node.capabilities.neighSuppress ? true : undefined,
      };
      return { ok: true, bridge, tunnel, links: [base, vxlan] };
    }
    case 'vlan':
      return refused('unsupported-on-node', 'VLAN networks are not supported by this agent');
  }
}
