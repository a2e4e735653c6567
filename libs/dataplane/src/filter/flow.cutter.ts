import type { FilterWorld, Ip, Packet, PortPolicy } from '@weft/net';
import { formatIp, holds, isStateful, judgeEgress, judgeIngress, macFor } from '@weft/net';
import type { Conntrack, Flow } from './conntrack';
import type { FilterFacts } from './filter.facts';
import type { FlowRecheck } from './filter.types';

/**
 * Ends flows that are not allowed any more. The kernel lets replies and what follows pass by what it has noted of a flow's first packet: when
 * rules, members or addresses go, each such note is judged anew as if the first packet came now, and those that would not come to be are forgotten.
 */
export class FlowCutter {
  constructor(
    private readonly conntrack: Conntrack,
    private readonly facts: FilterFacts,
    private readonly zoneOf: (network: string) => number | undefined,
  ) {}

  /** @returns how many flows were cut. */
  cut(rechecks: readonly FlowRecheck[]): number {
    const byZone = new Map<number, FlowRecheck>();
    for (const concern of rechecks) {
      const zone = this.zoneOf(concern.network);
      if (zone !== undefined) byZone.set(zone, concern);
    }
    if (byZone.size === 0) return 0;
    const flows = this.conntrack.list(new Set(byZone.keys()));
    return this.conntrack.cut(flows.filter((flow) => !this.isAllowed(flow, byZone.get(flow.zone)!)));
  }

  private isAllowed(flow: Flow, { network, gone }: FlowRecheck): boolean {
    const hosted = (this.facts.networks.get(network)?.ports ?? []).flatMap(({ policy }) => policy ?? []);
    const world = this.facts.world(network);
    return [flow.source, flow.destination].every((ip) => {
      const owners = hosted.filter((policy) => macFor(policy, ip) !== undefined);
      if (owners.length === 0) return ![...gone].some((text) => holds(text, ip));
      // Several ports may have one address in turn (pairs): nobody can say whose flow it is.
      return owners.some((policy) => this.mayHave(policy, flow, ip, world));
    });
  }

  private mayHave(policy: PortPolicy, flow: Flow, ip: Ip, world: FilterWorld): boolean {
    const groups = this.facts.knownGroups(policy);
    // Without state each packet is judged by itself, whatever is noted.
    if (groups && !isStateful(groups)) return true;
    const sends = formatIp(ip) === formatIp(flow.source);
    const mac = macFor(policy, ip) ?? '';
    const packet: Packet = {
      ...{ etherType: ip.version === 4 ? 'ip' : 'ip6', sourceMac: mac, state: 'new' },
      ...{ source: flow.source, destination: flow.destination, protocol: flow.protocol },
      ...(flow.sourcePort !== undefined && { sourcePort: flow.sourcePort }),
      ...(flow.destinationPort !== undefined && { destinationPort: flow.destinationPort }),
      ...(flow.icmp && { icmp: flow.icmp }),
    };
    return (sends ? judgeEgress(policy, packet, world) : judgeIngress(policy, packet, world)).pass;
  }
}
