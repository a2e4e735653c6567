import { Injectable } from '@nestjs/common';
import {
  type ActionRequest,
  ApiError,
  conflict,
  type CreateRequest,
  type DeleteRequest,
  invalidInput,
  type Json,
  notFound,
  portBindings,
  ports as portDefinition,
  type RequestContext,
  type UpdateRequest,
} from '@weft/contracts';
import { Database, type Tx } from '@weft/persistence';
import { Guard, InjectGuard, InjectReader, ResourceReader, type ResourceService } from '@weft/service-kit';
import { NetworkRepository } from '../network/network.repository';
import { PortRepository, type PortRow } from './port.repository';
import { PortUpdate } from './port.update';

/** What is bound: to which host, as what, with what a compute service keeps with it. */
type Binding = Pick<PortRow, 'vnic_type' | 'profile'> & { readonly host: string };

/**
 * Rules of port bindings. The active one is the port's own; the others wait beside it, until one of them is made active and the one
 * before waits in turn: so an instance's next host is known before it moves.
 */
@Injectable()
export class PortBindingService implements ResourceService {
  constructor(
    private readonly database: Database,
    @InjectGuard(portBindings) private readonly guard: Guard,
    private readonly networks: NetworkRepository,
    private readonly ports: PortRepository,
    private readonly changer: PortUpdate,
    @InjectReader(portBindings) private readonly reader: ResourceReader,
  ) {}

  create(ctx: RequestContext, { items, explicit, parentId }: CreateRequest): Promise<readonly string[]> {
    const one = async (tx: Tx, item: Record<string, Json>, i: number) => {
      const port = await this.open(tx, parentId!);
      this.guard.create(ctx, item, explicit[i]!);
      const host = item.host as string;
      if (host === '') throw invalidInput('A host must be named');
      if (port.host === host || (await this.waiting(tx, port.id, host)))
        throw conflict('PortBindingAlreadyExists', `Binding for port ${port.id} on host ${host} already exists.`);
      const profile = (item.profile as Binding['profile'] | null | undefined) ?? {};
      const binding = { host, vnic_type: item.vnic_type as string, profile };
      if (port.host === null) await this.bind(tx, port, binding);
      else await this.keep(tx, port.id, binding);
      return host;
    };
    return this.database.writeEach(ctx, 'create_port_binding', items, one);
  }

  update(ctx: RequestContext, { id: host, changes, parentId }: UpdateRequest): Promise<void> {
    return this.database.writeOne(ctx, 'update_port_binding', `${parentId} ${host}`, async (tx) => {
      const port = await this.open(tx, parentId!);
      this.allow(ctx, port);
      if ('host' in changes && changes.host !== host)
        throw invalidInput('The host of a binding cannot be changed: make another one');
      const binding = await this.require(tx, port, host);
      const next = {
        host,
        vnic_type: (changes.vnic_type as string | undefined) ?? binding.vnic_type,
        profile: 'profile' in changes ? ((changes.profile as Binding['profile'] | null) ?? {}) : binding.profile,
      };
      if (port.host === host) await this.bind(tx, port, next);
      else await this.keep(tx, port.id, next);
    });
  }

  delete(ctx: RequestContext, { id: host, parentId }: DeleteRequest): Promise<void> {
    return this.database.writeOne(ctx, 'delete_port_binding', `${parentId} ${host}`, async (tx) => {
      const port = await this.open(tx, parentId!);
      this.guard.delete(ctx, targetOf(port));
      await this.require(tx, port, host);
      if (port.host === host) await this.changer.change(tx, port, { ...port, host: null });
      else await this.ports.forgetBinding(tx, port.id, host);
    });
  }

  readonly actions = {
    activate: async (ctx: RequestContext, { id: host, parentId }: ActionRequest): Promise<Json> => {
      await this.database.writeOne(ctx, 'activate_port_binding', `${parentId} ${host}`, async (tx) => {
        const port = await this.open(tx, parentId!);
        this.allow(ctx, port);
        const binding = await this.require(tx, port, host);
        if (port.host === host)
          throw conflict('PortBindingAlreadyActive', `Binding for port ${port.id} on host ${host} is already active.`);
        if (port.host !== null) await this.keep(tx, port.id, { ...port, host: port.host });
        await this.bind(tx, port, binding);
      });
      return { binding: JSON.parse(await this.reader.show({ ctx, parentId: parentId! }, host)) as Json };
    },
  };

  /** The reference has no rule for changing one, nor for making it active: who may make bindings may do that. */
  private allow(ctx: RequestContext, port: PortRow): void {
    this.guard.see(ctx, targetOf(port));
    this.guard.create(ctx, targetOf(port), []);
  }

  private async open(tx: Tx, id: string): Promise<PortRow> {
    const networkId = await this.ports.networkOf(tx, id);
    const port = networkId && (await this.networks.lockForUse(tx, networkId)) && (await this.ports.lock(tx, id));
    if (!port) throw notFound(portDefinition.notFound, portDefinition.title, id);
    return port;
  }

  private async require(tx: Tx, port: PortRow, host: string): Promise<Binding> {
    const found = port.host === host ? { ...port, host } : await this.waiting(tx, port.id, host);
    if (found) return found;
    throw new ApiError('PortBindingNotFound', 404, `Binding for port ${port.id} for host ${host} could not be found.`);
  }

  private async waiting(tx: Tx, portId: string, host: string): Promise<Binding | undefined> {
    const text = 'SELECT host, vnic_type, profile FROM port_binding WHERE port_id = $1 AND host = $2';
    return (await tx.query<Binding & Record<string, unknown>>(text, [portId, host]))[0];
  }

  private async keep(tx: Tx, portId: string, { host, vnic_type, profile }: Binding): Promise<void> {
    await tx.query(
      `INSERT INTO port_binding (port_id, host, vnic_type, profile) VALUES ($1, $2, $3, $4)
       ON CONFLICT (port_id, host) DO UPDATE SET vnic_type = excluded.vnic_type, profile = excluded.profile`,
      [portId, host, vnic_type, JSON.stringify(profile)],
    );
  }

  private bind(tx: Tx, port: PortRow, { host, vnic_type, profile }: Binding): Promise<void> {
    return this.changer.change(tx, port, { ...port, host, vnic_type, profile });
  }
}

const targetOf = ({ id, project_id }: PortRow) => ({ id, project_id, tenant_id: project_id });
