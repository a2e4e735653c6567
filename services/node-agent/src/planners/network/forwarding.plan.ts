import { isIPv4 } from 'node:net';
import { segmentOn } from '@weft/contracts';
import { FLOOD_MAC } from '@weft/dataplane';
import type { ForwardingEntry, NeighbourEntry } from '@weft/dataplane';
import { canonicalIp } from '@weft/net';
import type { NetworkView } from './network.index';
import type { NodeProfile } from '../planner';

/**
 * Where the network's other ports are: three entries for each port on another node, and the flood list, which names only
 * nodes that host a port of this network.
 */
export function planForwarding(
  view: NetworkView,
  segment: { readonly id: string; readonly bridge: string; readonly tunnel: string },
  node: NodeProfile,
): { forwarding: ForwardingEntry[]; neighbours: NeighbourEntry[] } {
  const forwarding: ForwardingEntry[] = [];
  const neighbours: NeighbourEntry[] = [];
  const endpoints = new Set<string>();
  const segments = view.network?.value?.segments ?? [];
  const device = segment.tunnel;
  for (const { value: port } of view.ports.values()) {
    if (!port || port.host === null || port.host === node.host) continue;
    const peer = view.nodes.get(port.host);
    // It may be on another segment of the network, or its endpoint of the other family, which cannot be reached from ours.
    if (!peer?.tunnelIp || segmentOn(segments, peer)?.id !== segment.id) continue;
    if (isIPv4(peer.tunnelIp) !== isIPv4(node.tunnelIp ?? '')) continue;
    const endpoint = canonicalIp(peer.tunnelIp);
    const mac = port.mac.toLowerCase();
    endpoints.add(endpoint);
    // Its addresses go where they are taken to: flooded to these endpoints, until the bridge has learned.
    if (port.mobile) continue;
    forwarding.push({ kind: 'tunnel', device, mac, endpoint }, { kind: 'bridge', device, mac });
    if (!node.capabilities.neighSuppress) continue;
    for (const { ip } of port.addresses) neighbours.push({ device: segment.bridge, ip: canonicalIp(ip), mac });
  }
  for (const endpoint of endpoints) forwarding.push({ kind: 'tunnel', device, mac: FLOOD_MAC, endpoint });
  return { forwarding, neighbours };
}
