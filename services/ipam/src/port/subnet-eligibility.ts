import { Injectable } from '@nestjs/common';
import { ApiError, conflict } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { SegmentRepository, type SegmentRow } from '../segment/segment.repository';
import type { SubnetRow } from '../subnet/subnet.repository';
import type { FixedIp } from './port.repository';

/** What a port's addresses depend on besides its network. */
interface Place {
  readonly network_id: string;
  readonly device_owner: string;
  readonly host: string | null;
}

/** Its subnets are on one segment each: addresses are at home in a part of the network only. */
export const isRouted = (subnets: readonly SubnetRow[]): boolean =>
  subnets.some(({ segment_id }) => segment_id !== null);

/** Which of a network's subnets a port may have addresses of. */
@Injectable()
export class SubnetEligibility {
  constructor(private readonly segments: SegmentRepository) {}

  /**
   * The subnets open to a port that asks for none in particular; null: that is to be seen once its host is known.
   * @throws ApiError 409 when its host is on none of the network's segments, or all subnets are kept for others
   */
  async open(tx: Tx, subnets: readonly SubnetRow[], port: Place): Promise<readonly SubnetRow[] | null> {
    const kept = keptFor(subnets, port);
    if (!isRouted(subnets)) return kept;
    if (port.host === null) return null;
    const segment = await this.segmentOf(tx, port.network_id, port.host);
    return kept.filter(({ segment_id }) => segment_id === segment.id);
  }

  /** Addresses in a routed network are of one segment, and that of the port's host. @throws ApiError */
  async check(tx: Tx, subnets: readonly SubnetRow[], port: Place, fixed: readonly FixedIp[]): Promise<void> {
    if (!isRouted(subnets) || fixed.length === 0) return;
    const segments = new Set(fixed.map(({ subnet_id }) => subnets.find(({ id }) => id === subnet_id)?.segment_id));
    if (segments.size > 1) {
      throw new ApiError('FixedIpsSubnetsNotOnSameSegment', 400, 'Cannot allocate addresses from different segments.');
    }
    if (port.host === null) return;
    const segment = await this.segmentOf(tx, port.network_id, port.host);
    if (segments.has(segment.id)) return;
    throw conflict(
      'HostNotCompatibleWithFixedIps',
      `Host ${port.host} is not connected to a segment where the existing fixed_ips on port are functional. ` +
        `It is routed on segment ${segment.id}.`,
    );
  }

  private async segmentOf(tx: Tx, networkId: string, host: string): Promise<SegmentRow> {
    const segment = await this.segments.onHost(tx, networkId, host);
    if (segment) return segment;
    throw conflict(
      'HostNotConnectedToAnySegment',
      `Host ${host} is not connected to any segments on routed provider network '${networkId}'. It should be connected to one.`,
    );
  }
}

/** Whether a port that has addresses may have one of this subnet, too: it is for its kind of owner, and on the segment of the others. */
export function isOpenTo(
  subnets: readonly SubnetRow[],
  { device_owner, fixed_ips }: { readonly device_owner: string; readonly fixed_ips: readonly FixedIp[] },
  { id, segment_id }: SubnetRow,
): boolean {
  const its = subnets.filter((subnet) => fixed_ips.some(({ subnet_id }) => subnet_id === subnet.id));
  const here = segment_id === null || its.some((subnet) => subnet.segment_id === segment_id);
  return here && forOwner(subnets, device_owner).some((subnet) => subnet.id === id);
}

const forOwner = (subnets: readonly SubnetRow[], deviceOwner: string): readonly SubnetRow[] => {
  const own = subnets.filter(({ service_types }) => service_types.some((type) => deviceOwner.startsWith(type)));
  return own.length > 0 ? own : subnets.filter(({ service_types }) => service_types.length === 0);
};

/** Those kept for the port's kind of owner; if there are none, those kept for nobody. */
function keptFor(subnets: readonly SubnetRow[], { network_id, device_owner }: Place): readonly SubnetRow[] {
  const found = forOwner(subnets, device_owner);
  if (found.length > 0 || subnets.length === 0) return found;
  throw conflict(
    'IpAddressGenerationFailureNoMatchingSubnet',
    `No valid service subnet for the given device owner, network ${network_id}, service type ${device_owner || 'None'}.`,
  );
}
