import { Injectable } from '@nestjs/common';
import { ApiError, invalidInput } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';
import { IpamSettings } from '../ipam.settings';
import { SegmentRanges } from './segment-ranges';
import { type NetworkType, type NumberedType, type Segment, type SegmentRequest, segmentType } from './segment-type';

/** Bytes around a frame: outer IPv4 20, UDP 8, VXLAN 8, inner Ethernet 14; an IPv6 underlay takes 20 more. */
const VXLAN_OVERHEAD = 50;
const IPV6_EXTRA = 20;

const known = statement(
  'physical-network',
  `SELECT 1 FROM node WHERE bridge_mappings ? $1 UNION ALL SELECT 1 FROM segment_range WHERE physical_network = $1 LIMIT 1`,
);

/** Gives networks their segments, and takes them back. */
@Injectable()
export class SegmentAllocator {
  constructor(
    private readonly ranges: SegmentRanges,
    private readonly settings: IpamSettings,
  ) {}

  /** A segment as an operator names it; what he leaves open is chosen. @throws ApiError */
  async allocate(tx: Tx, typeName: string, request: SegmentRequest, project: string): Promise<Segment> {
    const type = segmentType(typeName);
    type.check(request);
    if (type.physical && request.physicalNetwork !== null)
      await this.requireKnown(tx, type.name, request.physicalNetwork);
    if (!type.numbers) return { networkType: type.name, ...request };
    if (request.segmentationId !== null) {
      // It may lie outside of the tenants' ranges.
      await this.ranges.claim(tx, type.name as NumberedType, request.physicalNetwork, request.segmentationId);
      return { networkType: type.name, ...request };
    }
    return (await this.next(tx, type.name, request.physicalNetwork, project)) ?? nothingLeft();
  }

  /** A segment for who names none: of the first of the tenants' types that has any left. @throws ApiError 503 */
  async allocateTenant(tx: Tx, project: string): Promise<Segment> {
    for (const type of this.settings.tenantNetworkTypes) {
      const segment = await this.next(tx, type, null, project);
      if (segment) return segment;
    }
    return nothingLeft();
  }

  async release(tx: Tx, { networkType, physicalNetwork, segmentationId }: Segment): Promise<void> {
    if (segmentationId === null) return;
    await this.ranges.release(tx, networkType as NumberedType, physicalNetwork, segmentationId);
  }

  /** Greatest MTU of a network on all of these segments. */
  largestMtu(segments: readonly Segment[]): number {
    return Math.min(...segments.map((segment) => this.mtuOf(segment)));
  }

  private mtuOf({ networkType, physicalNetwork }: Segment): number {
    const { underlayMtu, underlayIpVersion, physicalNetworkMtus } = this.settings;
    if (networkType === 'vxlan') return underlayMtu - VXLAN_OVERHEAD - (underlayIpVersion === 6 ? IPV6_EXTRA : 0);
    return (physicalNetwork === null ? undefined : physicalNetworkMtus.get(physicalNetwork)) ?? underlayMtu;
  }

  private async next(
    tx: Tx,
    type: NetworkType,
    physicalNetwork: string | null,
    project: string,
  ): Promise<Segment | null> {
    if (type === 'local') return { networkType: type, physicalNetwork: null, segmentationId: null };
    const taken = await this.ranges.take(tx, type as NumberedType, physicalNetwork, project);
    return taken && { networkType: type, ...taken };
  }

  /** Named in the configuration, mapped by a node, or in a range. */
  private async requireKnown(tx: Tx, type: NetworkType, name: string): Promise<void> {
    const { flatNetworks, physicalNetworks } = this.settings;
    if (type === 'flat' && (flatNetworks === 'any' || flatNetworks.includes(name))) return;
    if (type === 'vlan') {
      if (physicalNetworks.includes(name)) return;
      if ((await tx.query(known, [name])).length > 0) return;
    }
    throw invalidInput(`physical_network '${name}' unknown for ${type === 'vlan' ? 'VLAN' : type} provider network`);
  }
}

function nothingLeft(): never {
  throw new ApiError(
    'NoNetworkAvailable',
    503,
    'Unable to create the network. No tenant network is available for allocation.',
  );
}
