import { type NetworkFact, type SegmentFact, segmentOn } from '@weft/contracts';
import type { LinkSpec } from '@weft/dataplane';
import { bridgeName, vlanName, vxlanName } from '../../names';
import type { NodeProfile, Outcome } from '../planner';

/** The network's presence on this node, or why it cannot be here. */
export type Segment =
  | {
      readonly ok: true;
      readonly id: string;
      readonly bridge: string;
      readonly tunnel: string | null;
      readonly links: readonly LinkSpec[];
    }
  | { readonly ok: false; readonly outcome: Outcome };

const refused = (reason: Outcome['reason'], detail: string): Extract<Segment, { ok: false }> => ({
  ok: false,
  outcome: { state: 'error', reason, detail },
});

/**
 * The bridge of a network, and what connects it to other nodes: the first of its segments that this node can carry.
 * @param learning some of its addresses move between nodes
 */
export function planSegment(network: NetworkFact, node: NodeProfile, learning: boolean): Segment {
  const physicalNetworks = Object.keys(node.bridgeMappings);
  const segment = segmentOn(network.segments, { tunnelIp: node.tunnelIp, physicalNetworks });
  if (!segment) return missing(network.segments, node);
  const bridge = bridgeName(network.id);
  const uplink = planUplink(segment, { bridge, mtu: network.mtu, learning }, node);
  if ('ok' in uplink) return uplink;
  // A network that is down has its bridge alone: nothing comes in from other nodes, and nothing leaves.
  const uplinks = network.adminStateUp ? uplink.links : [];
  const tunnel = uplinks.find(({ kind }) => kind === 'vxlan')?.name ?? null;
  return {
    ok: true,
    id: segment.id,
    bridge,
    tunnel,
    links: [{ kind: 'bridge', name: bridge, mtu: network.mtu }, ...uplinks],
  };
}

/** What joins the bridge to the segment beyond this node: at most one device. */
function planUplink(
  { type, physicalNetwork, segmentationId }: SegmentFact,
  { bridge: master, mtu, learning }: { bridge: string; mtu: number; learning: boolean },
  { bridgeMappings, capabilities, tunnelIp }: NodeProfile,
): { readonly links: readonly LinkSpec[] } | Extract<Segment, { ok: false }> {
  const nic = physicalNetwork === null ? '' : bridgeMappings[physicalNetwork]!;
  switch (type) {
    case 'local':
      return { links: [] };
    case 'flat':
      return { links: [{ kind: 'nic', name: nic, master }] };
    case 'vxlan': {
      if (!capabilities.vxlan) return refused('unsupported-on-node', 'the kernel has no VXLAN');
      if (segmentationId === null) return refused('unsupported-on-node', 'the segment has no VNI');
      const neighSuppress = capabilities.neighSuppress ? true : undefined;
      const [name, vni] = [vxlanName(segmentationId), segmentationId];
      return { links: [{ kind: 'vxlan', name, mtu, master, vni, local: tunnelIp!, neighSuppress, learning }] };
    }
    case 'vlan': {
      if (!capabilities.vlan) return refused('unsupported-on-node', 'the kernel has neither 8021q nor BPF classifiers');
      if (segmentationId === null) return refused('unsupported-on-node', 'the segment has no VLAN id');
      const [name, vid] = [vlanName(nic, segmentationId), segmentationId];
      return { links: [{ kind: 'vlan', name, mtu, master, up: true, parent: nic, vid, technique: capabilities.vlan }] };
    }
  }
}

/** None of the segments can be here: what the node lacks for the first of them. */
function missing([first]: NetworkFact['segments'], node: NodeProfile): Segment {
  if (first === undefined || first.physicalNetwork === null)
    return refused('unsupported-on-node', 'the node has no tunnel endpoint (WEFT_TUNNEL_IP)');
  const known = Object.keys(node.bridgeMappings).join(', ') || 'none';
  return refused('no-physical-network', `no bridge mapping for ${first.physicalNetwork} (mapped: ${known})`);
}
