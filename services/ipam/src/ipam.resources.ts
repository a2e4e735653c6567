import {
  addressScopes,
  agents,
  networks,
  networkSegmentRanges,
  portBindings,
  policyTargetGroups,
  policyTargets,
  ports,
  qosPolicies,
  rbacPolicies,
  segments,
  subnetpools,
  subnets,
  trunks,
} from '@weft/contracts';
import type { Kit, Served } from '@weft/service-kit';
import { AddressScopeUse } from './address-scope/address-scope-use';
import { AddressScopeService } from './address-scope/address-scope.service';
import { addressScopeTable } from './address-scope/address-scope.table';
import { availabilityTable } from './availability/availability.table';
import { DhcpScheduler } from './dhcp/dhcp-scheduler';
import { DropQuery } from './drop/drop.query';
import type { IpamSettings } from './ipam-settings';
import type { Parts } from './ipam.parts';
import { NetworkService } from './network/network.service';
import { networkTable } from './network/network.table';
import { AgentService } from './node/agent.service';
import { agentTable } from './node/agent.table';
import { availabilityZoneTable } from './node/availability-zone.table';
import { PolicyTargetGroupService } from './policy-target/policy-target-group.service';
import { PolicyTargetService } from './policy-target/policy-target.service';
import { policyTargetGroupTable, policyTargetTable } from './policy-target/policy-target.tables';
import { AutoAddresses } from './port/auto-addresses';
import { PortBindingService } from './port/port-binding.service';
import { portBindingTable } from './port/port-binding.table';
import { PortChanger } from './port/port-changer';
import { PortService } from './port/port.service';
import { PortSubnets } from './port/port.subnets';
import { portTable } from './port/port.table';
import { driftTable } from './proof/drift.table';
import { PortStatusQuery } from './proof/status.query';
import { QosPolicyService } from './qos/qos-policy.service';
import { QOS_RULE_TYPES } from './qos/qos-rule-type';
import { QosRuleService } from './qos/qos-rule.service';
import { QosUse } from './qos/qos-use';
import { qosPolicyTable, qosRuleTable, qosRuleTypeTable } from './qos/qos.tables';
import { SegmentRangeService } from './segment/segment-range.service';
import { segmentRangeTable } from './segment/segment-range.table';
import { SegmentService } from './segment/segment.service';
import { segmentTable } from './segment/segment.table';
import { RbacPolicyService } from './sharing/rbac-policy.service';
import { rbacPolicyTable } from './sharing/rbac-policy.table';
import { SubnetPoolUse } from './subnet-pool/subnet-pool-use';
import { SubnetPoolService } from './subnet-pool/subnet-pool.service';
import { subnetPoolTable } from './subnet-pool/subnet-pool.table';
import { SubnetService } from './subnet/subnet.service';
import { subnetTable } from './subnet/subnet.table';
import { TrunkService } from './trunk/trunk.service';
import { trunkTable } from './trunk/trunk.table';

/** Every resource that the service serves. */
export function resourcesOf(kit: Kit, parts: Parts, { dnsDomain }: IpamSettings): readonly Served[] {
  const { database } = kit;
  const { networkRows, segmentRows, subnetRows, portRows, poolRows, scopeRows, policyRows } = parts;
  const { ranges, prefixes, segmentRanges, addresses, writer, subports, clusters, proofs, placement, shareables } =
    parts;
  const qos = new QosUse(kit.guard(qosPolicies), policyRows);
  const portsShown = portTable(dnsDomain);
  const bindingsShown = portBindingTable(portsShown);

  const networkService = new NetworkService(
    ...([database, kit.guard(networks), networkRows, subnetRows, segmentRows, parts.segments, placement] as const),
    ...([shareables.network, qos, writer] as const),
  );
  const segmentService = new SegmentService(database, kit.guard(segments), segmentRows, parts.segments, networkRows);
  const subnetService = new SubnetService(
    ...([database, kit.guard(subnets), subnetRows, networkRows, ranges, placement] as const),
    new SubnetPoolUse(kit.guard(subnetpools), poolRows, prefixes),
    new AutoAddresses(portRows, writer, proofs, clusters),
  );
  const poolService = new SubnetPoolService(
    ...([database, kit.guard(subnetpools), poolRows, networkRows, subnetRows] as const),
    new AddressScopeUse(kit.guard(addressScopes), scopeRows),
  );
  const open = new PortSubnets(segmentRows);
  const changer = new PortChanger(subnetRows, addresses, open, writer, subports, clusters);
  const portService = new PortService(
    ...([database, kit.guard(ports), portRows, writer, addresses, open, changer] as const),
    ...([networkRows, subnetRows, qos, parts.references, parts.groups, subports, dnsDomain] as const),
  );
  const bindingService = new PortBindingService(
    ...([database, kit.guard(portBindings), networkRows, portRows, changer] as const),
    kit.reader(bindingsShown),
  );
  const qosRules = QOS_RULE_TYPES.map((type) => {
    const table = qosRuleTable(type);
    return kit.serve(table, new QosRuleService(type, database, kit.guard(table.definition), policyRows));
  });
  const shared = Object.values(shareables);
  const drops = new DropQuery(database, kit.reader(portsShown));
  const status = new PortStatusQuery(database, kit.reader(portsShown));
  const scheduler = new DhcpScheduler(database, kit.guard(agents), networkRows, placement, {
    networks: kit.reader(networkTable),
    agents: kit.reader(agentTable),
  });

  return [
    kit.serveTagged(networkTable, networkService, scheduler.networkActions),
    kit.serve(segmentTable, segmentService),
    kit.serveTagged(
      segmentRangeTable,
      new SegmentRangeService(database, kit.guard(networkSegmentRanges), segmentRanges),
    ),
    kit.serveTagged(subnetTable, subnetService),
    kit.serveTagged(subnetPoolTable, poolService),
    kit.serve(addressScopeTable, new AddressScopeService(database, kit.guard(addressScopes), scopeRows)),
    kit.serveTagged(portsShown, portService, {
      status: (ctx, { id }) => status.status(ctx, id),
      drops: (ctx, { id, query }) => drops.show(ctx, id, query),
    }),
    kit.serve(bindingsShown, bindingService),
    kit.serveTagged(trunkTable, new TrunkService(database, kit.guard(trunks), subports, kit.reader(trunkTable))),
    kit.serveTagged(
      qosPolicyTable,
      new QosPolicyService(database, kit.guard(qosPolicies), policyRows, shareables.qosPolicy),
    ),
    ...qosRules,
    kit.serve(qosRuleTypeTable),
    kit.serve(rbacPolicyTable, new RbacPolicyService(database, kit.guard(rbacPolicies), shared)),
    kit.serve(
      policyTargetGroupTable,
      new PolicyTargetGroupService(
        ...([database, kit.guard(policyTargetGroups), kit.guard(networks), networkRows, subnetRows] as const),
      ),
    ),
    kit.serve(
      policyTargetTable,
      new PolicyTargetService(database, kit.guard(policyTargets), portService, subnetRows, clusters, parts.references),
    ),
    kit.serve(
      agentTable,
      new AgentService(database, kit.guard(agents), networkRows, placement),
      scheduler.agentActions,
    ),
    kit.serve(availabilityZoneTable),
    kit.serve(availabilityTable),
    kit.serve(driftTable),
  ];
}
