import { type ApiError, conflict, invalidInput } from '@weft/contracts';

export type NetworkType = 'vxlan' | 'vlan' | 'flat' | 'local';
/** Types whose segments are told apart by a number. */
export type NumberedType = 'vxlan' | 'vlan';

/** What a network's frames travel in. */
export interface Segment {
  readonly networkType: NetworkType;
  readonly physicalNetwork: string | null;
  readonly segmentationId: number | null;
}

/** What the client named of it; a tenant names nothing. */
export interface SegmentRequest {
  readonly physicalNetwork: string | null;
  readonly segmentationId: number | null;
}

/** One network type: what it needs and what it costs. */
export interface SegmentType {
  readonly name: NetworkType;
  /** @throws ApiError for what no segment of this type can be */
  check(request: SegmentRequest): void;
  /** It is on a physical network that has to be known. */
  readonly physical: boolean;
  /** Its numbers; absent: it has none. */
  readonly numbers?: { readonly first: number; readonly last: number };
  /** The database refused it as taken. */
  readonly inUse: (segment: Segment) => ApiError;
}

const numbered = (name: NumberedType, last: number, inUse: SegmentType['inUse']): SegmentType => ({
  name,
  physical: name === 'vlan',
  numbers: { first: 1, last },
  inUse,
  check({ physicalNetwork, segmentationId }) {
    if (name === 'vxlan' && physicalNetwork !== null)
      throw invalidInput(`provider:physical_network specified for ${name} network`);
    if (segmentationId === null) return;
    if (name === 'vlan' && physicalNetwork === null)
      throw invalidInput('segmentation_id requires physical_network for VLAN provider network');
    if (segmentationId < 1 || segmentationId > last)
      throw invalidInput(`segmentation_id out of range (1 through ${last})`);
  },
});

const vxlan = numbered('vxlan', 0xffffff, ({ segmentationId }) =>
  conflict('TunnelIdInUse', `Unable to create the network. The tunnel ID ${segmentationId} is in use.`),
);

const vlan = numbered('vlan', 4094, ({ physicalNetwork, segmentationId }) =>
  conflict(
    'VlanIdInUse',
    `Unable to create the network. The VLAN ${segmentationId} on physical network ${physicalNetwork} is in use.`,
  ),
);

const flat: SegmentType = {
  name: 'flat',
  physical: true,
  inUse: ({ physicalNetwork }) =>
    conflict('FlatNetworkInUse', `Unable to create the flat network. Physical network ${physicalNetwork} is in use.`),
  check({ physicalNetwork, segmentationId }) {
    if (physicalNetwork === null) throw invalidInput('physical_network required for flat provider network');
    if (segmentationId !== null) throw invalidInput('segmentation_id specified for flat network');
  },
};

const local: SegmentType = {
  name: 'local',
  physical: false,
  inUse: () => conflict('Conflict', 'Unable to create the local network.'),
  check({ physicalNetwork, segmentationId }) {
    if (physicalNetwork !== null || segmentationId !== null)
      throw invalidInput('physical_network or segmentation_id specified for local network');
  },
};

const TYPES: Readonly<Record<string, SegmentType>> = { vxlan, vlan, flat, local };

/** @throws ApiError for a type that is not served */
export function segmentType(name: string): SegmentType {
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (!type) throw invalidInput(`network_type value '${name}' not supported`);
  return type;
}
