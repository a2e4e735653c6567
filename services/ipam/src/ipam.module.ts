import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { agents, networks, ports, type ReportBatch, type ResourceDefinition, segments, subnets } from '@weft/contracts';
import { FactBucket, Messaging } from '@weft/messaging';
import { Database, FactAudit, Leader, OutboxRelay } from '@weft/persistence';
import { Policy } from '@weft/policy';
import {
  Guard,
  HealthService,
  Lifecycle,
  ResourceEndpoint,
  ResourceReader,
  type ResourceService,
  type ResourceTable,
  settings,
  TagService,
} from '@weft/service-kit';
import { RangeAllocator } from './allocation/range-allocator';
import { DhcpKeeper } from './dhcp/dhcp-keeper';
import { DhcpPlacement } from './dhcp/dhcp-placement';
import { IpamProjection } from './facts/ipam.projection';
import { ipamSettings } from './ipam-settings';
import { Janitor } from './janitor';
import { NetworkRepository } from './network/network.repository';
import { NetworkService } from './network/network.service';
import { networkTable } from './network/network.table';
import { AgentService } from './node/agent.service';
import { agentTable } from './node/agent.table';
import { HeartbeatListener } from './node/heartbeat.listener';
import { NodeRepository } from './node/node.repository';
import { AddressChooser } from './port/address-chooser';
import { PortRepository } from './port/port.repository';
import { PortService } from './port/port.service';
import { portTable } from './port/port.table';
import { PortWriter } from './port/port-writer';
import { driftTable } from './proof/drift.table';
import { ProofService } from './proof/proof.service';
import { PortStatusQuery } from './proof/status.query';
import { defineVniPool } from './segment/segment-pool';
import { SegmentService } from './segment/segment.service';
import { segmentTable } from './segment/segment.table';
import { SegmentTypes } from './segment/segment-type';
import { SubnetRepository } from './subnet/subnet.repository';
import { SubnetService } from './subnet/subnet.service';
import { subnetTable } from './subnet/subnet.table';

/** Puts the service together: repositories, rules, endpoints, and the leader's work. The wiring is all there is to read here. */
@Module({})
export class IpamModule implements OnApplicationBootstrap {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(FactBucket) private readonly bucket: FactBucket,
    @Inject(Policy) private readonly policy: Policy,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(HealthService) private readonly health: HealthService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { database, messaging } = this;
    const config = ipamSettings();
    const ranges = new RangeAllocator();
    await defineVniPool(database, ranges, config.vniRanges);

    const networkRows = new NetworkRepository(config.dnsDomain);
    const subnetRows = new SubnetRepository(ranges);
    const portRows = new PortRepository();
    const nodes = new NodeRepository(database);
    const addresses = new AddressChooser(ranges, portRows);
    const writer = new PortWriter(portRows, addresses);
    const placement = new DhcpPlacement(
      config.dhcpNodesPerNetwork,
      networkRows,
      subnetRows,
      portRows,
      writer,
      addresses,
      nodes,
    );
    const types = new SegmentTypes(ranges, config);
    const proofs = new ProofService(database);

    const networkService = new NetworkService(
      database,
      this.guard(networks),
      networkRows,
      subnetRows,
      types,
      placement,
    );
    const subnetService = new SubnetService(database, this.guard(subnets), subnetRows, networkRows, ranges, placement);
    const portService = new PortService(
      ...([database, this.guard(ports), portRows, writer, addresses, networkRows, subnetRows, proofs] as const),
    );
    const status = new PortStatusQuery(database, this.reader(portTable));

    this.serve(networkTable, networkService, this.tags(networkTable, networkService).actions);
    this.serve(subnetTable, subnetService, this.tags(subnetTable, subnetService).actions);
    this.serve(portTable, portService, {
      ...this.tags(portTable, portService).actions,
      status: (ctx, { id }) => status.status(ctx, id),
    });
    this.serve(segmentTable, new SegmentService(database, this.guard(segments)));
    this.serve(agentTable, new AgentService(database, this.guard(agents)));
    this.serve(driftTable, {});

    const reports = messaging.respond('report.ipam.*', 'ipam', async (message) => {
      await proofs.fold(message.json<ReportBatch>());
      return { accepted: true };
    });
    this.lifecycle.onStop('reports', () => reports.stop());

    const heartbeats = new HeartbeatListener(nodes);
    heartbeats.start(messaging);
    this.lifecycle.onStop('heartbeats', () => heartbeats.stop());

    const leader = new Leader(settings.text('WEFT_DATABASE_URL'), 'ipam', [
      new OutboxRelay(database, messaging, 'ipam'),
      new FactAudit(new IpamProjection(database, networkRows, portRows), this.bucket, messaging),
      new DhcpKeeper(database, config.dhcpNodesPerNetwork, placement, networkRows),
      new Janitor(database),
    ]);
    leader.start();
    this.lifecycle.onStop('leader', () => leader.stop());
    this.health.register('leader', () => ({ ok: true, text: leader.isLeader ? 'leads' : 'follows' }));
  }

  private serve(table: ResourceTable, service: ResourceService, actions: ResourceService['actions'] = {}): void {
    const all: ResourceService = {
      ...(service.create && { create: service.create.bind(service) }),
      ...(service.update && { update: service.update.bind(service) }),
      ...(service.delete && { delete: service.delete.bind(service) }),
      actions,
    };
    const responder = new ResourceEndpoint(table, this.reader(table), all).serve(this.messaging);
    this.lifecycle.onStop(table.definition.collection, () => responder.stop());
  }

  private reader(table: ResourceTable): ResourceReader {
    return new ResourceReader(table, this.database, this.policy);
  }

  private guard(definition: ResourceDefinition): Guard {
    return new Guard(this.policy, definition);
  }

  private tags(table: ResourceTable, service: { loadTarget: TagService['load'] }): TagService {
    return new TagService(table, this.database, this.guard(table.definition), service.loadTarget);
  }
}
