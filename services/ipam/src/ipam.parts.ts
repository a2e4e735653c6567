import { addressScopes, networks, ports, qosPolicies, type ReferenceType, subnetpools } from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import type { Kit } from '@weft/service-kit';
import { AddressScopeRepository } from './address-scope/address-scope.repository';
import { AddressScopeShareable } from './address-scope/address-scope.shareable';
import { PrefixAllocator } from './allocation/prefix-allocator';
import { RangeAllocator } from './allocation/range-allocator';
import { DhcpPlacement } from './dhcp/dhcp-placement';
import { DropService } from './drop/drop.service';
import type { IpamSettings } from './ipam-settings';
import { NetworkRepository } from './network/network.repository';
import { NodeRepository } from './node/node.repository';
import { AddressChooser } from './port/address-chooser';
import { PortWriter } from './port/port-writer';
import { PortRepository } from './port/port.repository';
import { Clusters } from './policy-target/clusters';
import { ProofService } from './proof/proof.service';
import { QosPolicyRepository } from './qos/qos-policy.repository';
import { QosShareable } from './qos/qos.shareable';
import { GrantList } from './security/grant-list';
import { ReferenceRepository } from './security/reference.repository';
import { ReferenceShareable } from './security/reference.shareable';
import { References } from './security/references';
import { SecurityGroups } from './security/security-groups';
import { SegmentAllocator } from './segment/segment-allocator';
import { SegmentRanges } from './segment/segment-ranges';
import { SegmentRepository } from './segment/segment.repository';
import { NetworkShareable } from './sharing/network.shareable';
import { SubnetPoolRepository } from './subnet-pool/subnet-pool.repository';
import { SubnetPoolShareable } from './subnet-pool/subnet-pool.shareable';
import { SubnetRepository } from './subnet/subnet.repository';
import { Subports } from './trunk/subports';

/** What the service is made of, each part once: who allocates, who writes, and how rows are read and locked. */
export function makeParts(kit: Kit, config: IpamSettings, messaging: Messaging) {
  const { database, policy } = kit;
  const ranges = new RangeAllocator();
  const prefixes = new PrefixAllocator();
  const segmentRanges = new SegmentRanges(ranges);

  const networkRows = new NetworkRepository(config.dnsDomain);
  const segmentRows = new SegmentRepository();
  const subnetRows = new SubnetRepository(ranges, prefixes);
  const portRows = new PortRepository();
  const poolRows = new SubnetPoolRepository(prefixes);
  const scopeRows = new AddressScopeRepository();
  const policyRows = new QosPolicyRepository();
  const nodes = new NodeRepository(database);
  const referenceRows = new ReferenceRepository(database);

  const references = new References(referenceRows, messaging);
  const groups = new SecurityGroups(policy, referenceRows);
  const grants = new GrantList(database);
  const ofFwaas = (type: ReferenceType) =>
    new ReferenceShareable(type, policy, referenceRows, references, grants, messaging);

  const addresses = new AddressChooser(ranges, portRows);
  const proofs = new ProofService(database);
  const drops = new DropService(database);
  const writer = new PortWriter(portRows, addresses, proofs);
  const subports = new Subports(kit.guard(ports), networkRows, portRows, segmentRows, writer);
  const clusters = new Clusters(networkRows, portRows, writer);
  const placement = new DhcpPlacement(
    ...([config.dhcpNodesPerNetwork, networkRows, subnetRows, portRows, writer, addresses] as const),
  );
  const shareables = {
    network: new NetworkShareable(kit.guard(networks), networkRows),
    qosPolicy: new QosShareable(kit.guard(qosPolicies), policyRows),
    subnetPool: new SubnetPoolShareable(kit.guard(subnetpools), poolRows),
    addressScope: new AddressScopeShareable(kit.guard(addressScopes), scopeRows),
    securityGroup: ofFwaas('security_group'),
    addressGroup: ofFwaas('address_group'),
  };
  const rows = {
    networkRows,
    segmentRows,
    subnetRows,
    portRows,
    poolRows,
    scopeRows,
    policyRows,
    nodes,
    referenceRows,
  };
  const allocators = {
    ranges,
    prefixes,
    segmentRanges,
    segments: new SegmentAllocator(segmentRanges, config),
    addresses,
  };
  return {
    ...rows,
    ...allocators,
    writer,
    subports,
    clusters,
    proofs,
    drops,
    placement,
    references,
    groups,
    grants,
    shareables,
  };
}

export type Parts = ReturnType<typeof makeParts>;
