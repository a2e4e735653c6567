import { KIT_ENTITIES, QUOTA_ENTITIES } from '@weft/persistence';
import { AddressScopeEntity } from './address-scope/address-scope.entity';
import { FreePrefixEntity } from './allocation/free-prefix.entity';
import { FreeRangeEntity } from './allocation/free-range.entity';
import { IpAllocationEntity } from './allocation/ip-allocation.entity';
import { DhcpBindingEntity } from './dhcp/dhcp-binding.entity';
import { DhcpExclusionEntity } from './dhcp/dhcp-exclusion.entity';
import { DropBatchEntity } from './drop/drop-batch.entity';
import { DropCountEntity } from './drop/drop-count.entity';
import { DropSampleEntity } from './drop/drop-sample.entity';
import { NetworkEntity } from './network/network.entity';
import { AgentEntity } from './node/agent.entity';
import { NodeEntity } from './node/node.entity';
import { PolicyTargetGroupEntity } from './policy-target/policy-target-group.entity';
import { PolicyTargetEntity } from './policy-target/policy-target.entity';
import { PortBindingEntity } from './port/port-binding.entity';
import { PortEntity } from './port/port.entity';
import { DriftEntity } from './proof/drift.entity';
import { ProofEntity } from './proof/proof.entity';
import { QosPolicyEntity } from './qos/qos-policy.entity';
import { QosRuleEntity } from './qos/qos-rule.entity';
import { ReferenceEntity } from './security/reference.entity';
import { SegmentRangeEntity } from './segment/segment-range.entity';
import { SegmentEntity } from './segment/segment.entity';
import { RbacPolicyEntity } from './sharing/rbac-policy.entity';
import { SubnetPoolEntity } from './subnet-pool/subnet-pool.entity';
import { SubnetEntity } from './subnet/subnet.entity';
import { SubportEntity } from './trunk/subport.entity';
import { TrunkEntity } from './trunk/trunk.entity';

/** Every table of the service's schema; a test holds them against the migrations. */
export const ENTITIES = [
  ...KIT_ENTITIES,
  ...QUOTA_ENTITIES,
  AddressScopeEntity,
  FreePrefixEntity,
  FreeRangeEntity,
  IpAllocationEntity,
  DhcpBindingEntity,
  DhcpExclusionEntity,
  DropBatchEntity,
  DropCountEntity,
  DropSampleEntity,
  NetworkEntity,
  AgentEntity,
  NodeEntity,
  PolicyTargetGroupEntity,
  PolicyTargetEntity,
  PortBindingEntity,
  PortEntity,
  DriftEntity,
  ProofEntity,
  QosPolicyEntity,
  QosRuleEntity,
  ReferenceEntity,
  SegmentRangeEntity,
  SegmentEntity,
  RbacPolicyEntity,
  SubnetPoolEntity,
  SubnetEntity,
  SubportEntity,
  TrunkEntity,
];
