import {
  conflict,
  type CreateRequest,
  type DeleteRequest,
  type Json,
  notFound,
  ports as definition,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import type { Database, Tx } from '@weft/persistence';
import type { Guard, ResourceService } from '@weft/service-kit';
import type { NetworkRepository, NetworkRow } from '../network/network.repository';
import { parentTarget, requireVisible } from '../network/network.target';
import type { ProofService } from '../proof/proof.service';
import { requireRevision } from '../revision';
import type { SubnetRepository } from '../subnet/subnet.repository';
import { type AddressChooser, type FixedIpRequest, toAddress } from './address-chooser';
import type { PortRepository, PortRow } from './port.repository';
import { freshMac, type PortWriter } from './port-writer';

/** Owners whose ports belong to a service: it deletes them, nobody else. */
const SERVICE_OWNERS = [
  'network:router_interface',
  'network:router_gateway',
  'network:floatingip',
  'network:ha_router_replicated_interface',
  'network:router_ha_interface',
  'network:router_interface_distributed',
  'network:router_centralized_snat',
  'network:floatingip_agent_gateway',
];

/** API attribute → column, of what PUT may change besides addresses. */
const CHANGEABLE: Readonly<Record<string, keyof PortRow>> = {
  name: 'name',
  description: 'description',
  admin_state_up: 'admin_state_up',
  device_id: 'device_id',
  device_owner: 'device_owner',
  mac_address: 'mac',
  'binding:vnic_type': 'vnic_type',
};

/** Rules of ports. */
export class PortService implements ResourceService {
  constructor(
    private readonly database: Database,
    private readonly guard: Guard,
    private readonly ports: PortRepository,
    private readonly writer: PortWriter,
    private readonly addresses: AddressChooser,
    private readonly networks: NetworkRepository,
    private readonly subnets: SubnetRepository,
    private readonly proofs: ProofService,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest): Promise<readonly string[]> {
    return this.database.writeEach(ctx, 'create_port', items, (tx, item, i) =>
      this.createOne(ctx, tx, item, explicit[i]!),
    );
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_port', id, async (tx) => {
      const { port, network } = await this.open(tx, id);
      this.guard.update(ctx, targetOf(port, network), changes);
      requireRevision(port, ifRevision);
      const subnets = await this.subnets.ofNetwork(tx, network.id);
      const next = { ...port, ...columnsOf(changes) };
      const requests = changes.fixed_ips as FixedIpRequest[] | undefined;
      const kept = this.addresses.forMac(subnets, port.fixed_ips, next.mac);
      const chosen = requests
        ? await this.addresses.requested(tx, network.id, subnets, next.mac, requests, kept)
        : kept.map(toAddress);
      await this.writer.change(tx, port, next, subnets, chosen);
      await this.proofs.settle(tx, [id]);
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_port', id, async (tx) => {
      const { port, network } = await this.open(tx, id);
      this.guard.delete(ctx, targetOf(port, network));
      requireRevision(port, ifRevision);
      if (SERVICE_OWNERS.includes(port.device_owner)) throw servicePortInUse(port);
      await this.writer.delete(tx, port, await this.subnets.ofNetwork(tx, network.id));
    });
  }

  readonly loadTarget = async (tx: Tx, id: string) => {
    const found = await this.find(tx, id);
    return found && { ...targetOf(found.port, found.network), tags: found.port.tags };
  };

  private async createOne(
    ctx: RequestContext,
    tx: Tx,
    item: Record<string, Json>,
    explicit: readonly string[],
  ): Promise<string> {
    const networkId = item.network_id as string;
    const found = await this.networks.lockForUse(tx, networkId);
    const network = requireVisible(this.guard, ctx, networkId, found);
    this.guard.create(ctx, { ...item, ...parentTarget(network) }, explicit);
    const subnets = await this.subnets.ofNetwork(tx, networkId);
    const requests = item.fixed_ips as FixedIpRequest[] | undefined;
    const port = await this.writer.create(
      tx,
      {
        network_id: networkId,
        project_id: item.project_id as string,
        name: item.name as string,
        description: item.description as string,
        mac: item.mac_address as string | undefined,
        admin_state_up: item.admin_state_up as boolean,
        device_id: item.device_id as string,
        device_owner: item.device_owner as string,
        host: (item['binding:host_id'] as string | null | undefined) || null,
        profile: (item['binding:profile'] as Record<string, unknown> | null | undefined) ?? {},
        vnic_type: item['binding:vnic_type'] as string,
        tags: (item.tags as string[] | undefined) ?? [],
      },
      (mac) =>
        requests
          ? this.addresses.requested(tx, networkId, subnets, mac, requests)
          : this.addresses.automatic(tx, networkId, subnets, mac),
    );
    return port.id;
  }

  private async find(tx: Tx, id: string): Promise<{ port: PortRow; network: NetworkRow } | null> {
    const networkId = await this.ports.networkOf(tx, id);
    // The network first: whoever changes it takes its lock before those of its ports.
    const network = networkId && (await this.networks.lockForUse(tx, networkId));
    const port = network && (await this.ports.lock(tx, id));
    return port ? { port, network } : null;
  }

  private async open(tx: Tx, id: string): Promise<{ port: PortRow; network: NetworkRow }> {
    const found = await this.find(tx, id);
    if (!found) throw notFound(definition.notFound, definition.title, id);
    return found;
  }
}

function columnsOf(changes: Record<string, Json>): Partial<PortRow> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(changes)) {
    const column = CHANGEABLE[name];
    if (column) columns[column] = value;
  }
  // Null asks for another one (port-mac-address-regenerate).
  if (changes.mac_address === null) columns.mac = freshMac();
  if ('binding:host_id' in changes) columns.host = changes['binding:host_id'] || null;
  if ('binding:profile' in changes) columns.profile = changes['binding:profile'] ?? {};
  return columns;
}

const targetOf = (port: PortRow, network: NetworkRow) => ({
  id: port.id,
  project_id: port.project_id,
  tenant_id: port.project_id,
  device_owner: port.device_owner,
  ...parentTarget(network),
});

const servicePortInUse = ({ id, device_owner }: PortRow) =>
  conflict(
    'ServicePortInUse',
    `Port ${id} cannot be deleted directly via the port API: has device owner ${device_owner}.`,
  );
