import { Global, Module } from '@nestjs/common';
import { AddressScopeRepository } from './address-scope/address-scope.repository';
import { PrefixAllocator } from './allocation/prefix-allocator';
import { RangeAllocator } from './allocation/range-allocator';
import { IpamSettings, ipamSettings } from './ipam.settings';
import { NetworkRepository } from './network/network.repository';
import { NodeRepository } from './node/node.repository';
import { PortRepository } from './port/port.repository';
import { QosPolicyRepository } from './qos/qos-policy.repository';
import { ReferenceRepository } from './security/reference.repository';
import { SegmentRanges } from './segment/segment-ranges';
import { SegmentRepository } from './segment/segment.repository';
import { SubnetPoolRepository } from './subnet-pool/subnet-pool.repository';
import { SubnetRepository } from './subnet/subnet.repository';

const shared = [
  RangeAllocator,
  PrefixAllocator,
  SegmentRanges,
  NetworkRepository,
  SegmentRepository,
  SubnetRepository,
  SubnetPoolRepository,
  AddressScopeRepository,
  PortRepository,
  QosPolicyRepository,
  NodeRepository,
  ReferenceRepository,
];

/**
 * How rows are read, locked and allocated, and the settings. Global, because features meet in the rows: a port locks its network, a
 * subnet its pool. Rules are what the feature modules keep to themselves.
 */
@Global()
@Module({
  providers: [{ provide: IpamSettings, useFactory: ipamSettings }, ...shared],
  exports: [IpamSettings, ...shared],
})
export class RepositoryModule {}
