import { settings } from '@weft/service-kit';
import {
  type ConfiguredRange,
  parsePhysicalMtus,
  parts,
  parseVlanRanges,
  parseVniRanges,
} from './segment/parse-ranges';
import type { NetworkType } from './segment/segment-type';

/** Configuration of the service, read once; see docs/configuration.md. */
export abstract class IpamSettings {
  /** Nodes that serve DHCP for a network. */
  abstract readonly dhcpNodesPerNetwork: number;
  /** Types of networks whose creator names none, in the order in which they are tried. */
  abstract readonly tenantNetworkTypes: readonly NetworkType[];
  /** Segment ids for networks whose creator names none. */
  abstract readonly segmentRanges: readonly ConfiguredRange[];
  /** Physical networks that may carry VLANs, besides those that nodes have mapped. */
  abstract readonly physicalNetworks: readonly string[];
  /** Physical networks that may carry a flat network. */
  abstract readonly flatNetworks: readonly string[] | 'any';
  /** Bytes; what physical networks and the outside of tunnels carry. */
  abstract readonly underlayMtu: number;
  abstract readonly underlayIpVersion: 4 | 6;
  /** Bytes, of physical networks that differ. */
  abstract readonly physicalNetworkMtus: ReadonlyMap<string, number>;
  /** DNS domain of instances, without a trailing dot. */
  abstract readonly dnsDomain: string;
}

const TENANT_TYPES: readonly string[] = ['vxlan', 'vlan', 'local'];

/** @throws Error that names the variable */
export function ipamSettings(): IpamSettings {
  const vlans = read('WEFT_NETWORK_VLAN_RANGES', '', parseVlanRanges);
  return {
    dhcpNodesPerNetwork: settings.integer('WEFT_DHCP_NODES_PER_NETWORK', 2),
    tenantNetworkTypes: read('WEFT_TENANT_NETWORK_TYPES', 'vxlan', tenantTypes),
    segmentRanges: [...read('WEFT_VNI_RANGES', '1:16777215', parseVniRanges), ...vlans.ranges],
    physicalNetworks: vlans.physicalNetworks,
    flatNetworks: read('WEFT_FLAT_NETWORKS', '*', (text) => (text === '*' ? 'any' : parts(text))),
    underlayMtu: settings.integer('WEFT_UNDERLAY_MTU', 1500),
    underlayIpVersion: read('WEFT_UNDERLAY_IP_VERSION', '4', ipVersion),
    physicalNetworkMtus: read('WEFT_PHYSICAL_NETWORK_MTUS', '', parsePhysicalMtus),
    dnsDomain: settings.text('WEFT_DNS_DOMAIN', 'openstacklocal').replace(/\.$/, ''),
  };
}

function read<T>(name: string, standard: string, parse: (text: string) => T): T {
  try {
    return parse(settings.text(name, standard));
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function tenantTypes(text: string): NetworkType[] {
  const types = parts(text);
  const wrong = types.find((type) => !TENANT_TYPES.includes(type));
  if (wrong !== undefined) throw new Error(`'${wrong}' is none of ${TENANT_TYPES.join(', ')}`);
  return types as NetworkType[];
}

function ipVersion(text: string): 4 | 6 {
  if (text !== '4' && text !== '6') throw new Error(`'${text}' is neither 4 nor 6`);
  return text === '4' ? 4 : 6;
}
