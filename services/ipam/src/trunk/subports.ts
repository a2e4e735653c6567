import { Injectable } from '@nestjs/common';
import {
  ApiError,
  conflict,
  invalidInput,
  notFound,
  ports as portDefinition,
  type RequestContext,
  SUBPORT_OWNER,
} from '@weft/contracts';
import { type Tx, violatedConstraint } from '@weft/persistence';
import { Guard, InjectGuard } from '@weft/service-kit';
import { NetworkRepository, type NetworkRow } from '../network/network.repository';
import { PortRepository, type PortRow } from '../port/port.repository';
import { portTarget } from '../port/port.target';
import { PortStore } from '../port/port.store';
import { SegmentRepository } from '../segment/segment.repository';

/** As in the API; without a type it is a VLAN, `inherit` takes the VLAN of the subport's network. */
export interface SubportRequest {
  readonly port_id: string;
  readonly segmentation_type?: string;
  readonly segmentation_id?: number | string;
}

interface Found {
  readonly port: PortRow;
  readonly network: NetworkRow;
}

/** Ports as parts of trunks: a subport is wired where its parent is, as a VLAN of the parent's device. */
@Injectable()
export class Subports {
  constructor(
    @InjectGuard(portDefinition) private readonly guard: Guard,
    private readonly networks: NetworkRepository,
    private readonly ports: PortRepository,
    private readonly segments: SegmentRepository,
    private readonly writer: PortStore,
  ) {}

  /** A port that is to be part of a trunk, and is of none yet. @throws ApiError 404 if it is not the caller's, 409 */
  async usable(ctx: RequestContext, tx: Tx, id: string): Promise<PortRow & { readonly mtu: number }> {
    const found = await this.find(tx, id, ctx.projectId);
    if (!found || !this.guard.allows('update_port', ctx, portTarget(found.port, found.network)))
      throw notFound(portDefinition.notFound, portDefinition.title, id);
    // A server's port comes and goes with its server.
    if (!found.port.counted || found.port.device_owner.startsWith('network:')) throw portInUse(found.port);
    await this.refuseTrunked(tx, id);
    return { ...found.port, mtu: found.network.mtu };
  }

  /** The port of a trunk, locked before its subports. */
  async parent(tx: Tx, id: string): Promise<PortRow & { readonly mtu: number }> {
    const { port, network } = (await this.find(tx, id, null))!;
    return { ...port, mtu: network.mtu };
  }

  async add(
    ctx: RequestContext,
    tx: Tx,
    trunkId: string,
    parent: PortRow & { readonly mtu: number },
    requests: readonly SubportRequest[],
  ): Promise<void> {
    for (const request of [...requests].sort((a, b) => (a.port_id < b.port_id ? -1 : 1))) {
      const port = await this.usable(ctx, tx, request.port_id);
      if (port.device_id !== '') throw portInUse(port);
      if (port.mtu > parent.mtu)
        throw conflict(
          'SubPortMtuGreaterThanTrunkPortMtu',
          `MTU ${port.mtu} of subport ${port.id} cannot be greater than MTU ${parent.mtu} of trunk ${trunkId}.`,
        );
      const vlan = await this.vlanOf(tx, request, port);
      await insert(tx, trunkId, port.id, vlan);
      const wired = { device_owner: SUBPORT_OWNER, host: parent.host, subport: { parent: parent.id, vlan } };
      await this.writer.change(tx, port, { ...port, ...wired }, []);
    }
  }

  async remove(tx: Tx, trunkId: string, portId: string): Promise<void> {
    const found = await this.find(tx, portId, null);
    const gone = await tx.query('DELETE FROM subport WHERE port_id = $1 AND trunk_id = $2 RETURNING 1', [
      portId,
      trunkId,
    ]);
    if (!found || gone.length === 0)
      throw new ApiError(
        'SubPortNotFound',
        404,
        `SubPort on trunk ${trunkId} with parent port ${portId} could not be found.`,
      );
    await this.writer.change(tx, found.port, { ...found.port, device_owner: '', host: null, subport: null }, []);
  }

  async removeAll(tx: Tx, trunkId: string): Promise<void> {
    const rows = await tx.query<{ port_id: string }>(
      'SELECT port_id FROM subport WHERE trunk_id = $1 ORDER BY port_id',
      [trunkId],
    );
    for (const { port_id } of rows) await this.remove(tx, trunkId, port_id);
  }

  /** A parent has moved: its subports go with it. */
  async follow(tx: Tx, parent: PortRow): Promise<void> {
    const rows = await tx.query<{ port_id: string }>(
      'SELECT s.port_id FROM subport s JOIN trunk t ON t.id = s.trunk_id WHERE t.port_id = $1 ORDER BY s.port_id',
      [parent.id],
    );
    for (const { port_id } of rows) {
      const found = await this.find(tx, port_id, null);
      // It may have left the trunk while its lock was waited for.
      if (found?.port.subport?.parent === parent.id)
        await this.writer.change(tx, found.port, { ...found.port, host: parent.host }, []);
    }
  }

  /** @throws ApiError 409 for a port that is part of a trunk */
  async refuseTrunked(tx: Tx, id: string): Promise<void> {
    const [use] = await tx.query<{ parent: boolean; trunk: string }>(
      `SELECT true AS parent, id AS trunk FROM trunk WHERE port_id = $1
       UNION ALL SELECT false, trunk_id FROM subport WHERE port_id = $1`,
      [id],
    );
    if (!use) return;
    throw use.parent
      ? conflict('PortInUseAsTrunkParent', `Port ${id} is currently a parent port for trunk ${use.trunk}.`)
      : conflict('PortInUseAsSubPort', `Port ${id} is currently a subport for trunk ${use.trunk}.`);
  }

  private async vlanOf(
    tx: Tx,
    { segmentation_type: type, segmentation_id: id }: SubportRequest,
    port: PortRow,
  ): Promise<number> {
    if (type === 'inherit') {
      const [segment] = await this.segments.ofNetwork(tx, port.network_id);
      if (segment?.networkType === 'vlan' && segment.segmentationId !== null) return segment.segmentationId;
      throw invalidInput(`Segmentation type inherit needs a VLAN network, which that of port ${port.id} is not`);
    }
    if (type !== undefined && type !== 'vlan') throw invalidInput(`Invalid segmentation type: ${type}`);
    if (id === undefined) throw invalidInput(`Invalid segmentation ID for subport ${port.id}: none given`);
    const vlan = Number(id);
    if (vlan < 1 || vlan > 4094)
      throw invalidInput(`Invalid segmentation ID: ${vlan} is not in the range 1 through 4094`);
    return vlan;
  }

  private async find(tx: Tx, id: string, project: string | null): Promise<Found | null> {
    const networkId = await this.ports.networkOf(tx, id);
    const network = networkId && (await this.networks.lockForUse(tx, networkId, project));
    const port = network && (await this.ports.lock(tx, id));
    return port ? { port, network } : null;
  }
}

const portInUse = ({ id, network_id, device_id, device_owner }: PortRow) =>
  conflict(
    'PortInUse',
    `Unable to complete operation on port ${id} for network ${network_id}. ` +
      `Port already has an attached device ${device_id || device_owner}.`,
  );

async function insert(tx: Tx, trunkId: string, portId: string, vlan: number): Promise<void> {
  try {
    await tx.query(
      `INSERT INTO subport (port_id, trunk_id, segmentation_type, segmentation_id) VALUES ($1, $2, 'vlan', $3)`,
      [...[portId, trunkId, vlan]],
    );
  } catch (error) {
    if (violatedConstraint(error) !== 'subport_vlan') throw error;
    throw conflict(
      'DuplicateSubPort',
      `segmentation_type vlan and segmentation_id ${vlan} already in use on trunk ${trunkId}.`,
    );
  }
}
