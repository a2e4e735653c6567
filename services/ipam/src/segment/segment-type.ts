import { ApiError, invalidInput } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { inRange, type Range } from '@weft/net';
import type { RangeAllocator } from '../allocation/range-allocator';
import type { IpamSettings } from '../ipam-settings';
import { parseRanges } from './parse-ranges';

export type NetworkType = 'vxlan' | 'flat' | 'local';

/** What a network's frames travel in. */
export interface Segment {
  readonly networkType: NetworkType;
  readonly physicalNetwork: string | null;
  readonly segmentationId: number | null;
}

/** What the client named of it; a tenant names nothing. */
export interface SegmentRequest {
  readonly physicalNetwork?: string | null | undefined;
  readonly segmentationId?: number | null | undefined;
}

/** One network type: what it needs, what it gives, what it costs. */
export interface SegmentType {
  /** Checks the request and takes what is to be taken. @throws ApiError */
  allocate(tx: Tx, request: SegmentRequest): Promise<Segment>;
  release(tx: Tx, segment: Segment): Promise<void>;
  /** Bytes of overhead in the underlay. */
  readonly overhead: number;
}

/** The pool of VNIs among all pools of the allocator. */
export const VNI_POOL = '00000000-0000-4000-8000-76786c616e00';
const LAST_VNI = 0xffffff;
/** Outer IPv4 20, UDP 8, VXLAN 8, inner Ethernet 14 bytes. */
const VXLAN_OVERHEAD = 50;

const vxlan = (ranges: RangeAllocator, tenantRanges: readonly Range[]): SegmentType => ({
  overhead: VXLAN_OVERHEAD,
  async allocate(tx, { physicalNetwork, segmentationId }) {
    if (physicalNetwork) throw invalidInput('provider:physical_network specified for vxlan network');
    if (segmentationId === undefined || segmentationId === null) {
      const vni = await ranges.take(tx, VNI_POOL);
      if (vni === null) {
        throw new ApiError(
          'NoNetworkAvailable',
          503,
          'Unable to create the network. No tenant network is available for allocation.',
        );
      }
      return { networkType: 'vxlan', physicalNetwork: null, segmentationId: Number(vni) };
    }
    if (segmentationId < 1 || segmentationId > LAST_VNI) {
      throw invalidInput(`segmentation_id out of range (1 through ${LAST_VNI})`);
    }
    // An admin may name one outside the tenants' ranges.
    await ranges.claim(tx, VNI_POOL, BigInt(segmentationId));
    return { networkType: 'vxlan', physicalNetwork: null, segmentationId };
  },
  async release(tx, { segmentationId }) {
    const vni = BigInt(segmentationId!);
    if (tenantRanges.some((range) => inRange(range, vni))) await ranges.release(tx, VNI_POOL, [vni]);
  },
});

const flat: SegmentType = {
  overhead: 0,
  async allocate(_tx, { physicalNetwork, segmentationId }) {
    if (!physicalNetwork) throw invalidInput('physical_network required for flat provider network');
    if (segmentationId !== undefined && segmentationId !== null) {
      throw invalidInput('segmentation_id specified for flat network');
    }
    return { networkType: 'flat', physicalNetwork, segmentationId: null };
  },
  release: async () => undefined,
};

const local: SegmentType = {
  overhead: 0,
  async allocate(_tx, { physicalNetwork, segmentationId }) {
    if (physicalNetwork || (segmentationId !== undefined && segmentationId !== null)) {
      throw invalidInput('physical_network or segmentation_id specified for local network');
    }
    return { networkType: 'local', physicalNetwork: null, segmentationId: null };
  },
  release: async () => undefined,
};

/** The network types that networks can have, by name. */
export class SegmentTypes {
  private readonly types: Readonly<Record<string, SegmentType>>;
  /** Type of a network whose creator names none. */
  readonly tenantType: NetworkType = 'vxlan';

  constructor(
    ranges: RangeAllocator,
    private readonly settings: Pick<IpamSettings, 'underlayMtu' | 'vniRanges'>,
  ) {
    this.types = { vxlan: vxlan(ranges, parseRanges(settings.vniRanges, BigInt(LAST_VNI))), flat, local };
  }

  /** @throws ApiError for a type that is not served */
  of(name: string): SegmentType {
    const type = Object.hasOwn(this.types, name) ? this.types[name] : undefined;
    if (!type) throw invalidInput(`network_type value '${name}' not supported`);
    return type;
  }

  /** Greatest MTU of a network of that type. */
  largestMtu(type: NetworkType): number {
    return this.settings.underlayMtu - this.of(type).overhead;
  }
}
