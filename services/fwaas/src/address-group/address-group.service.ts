import { Injectable } from '@nestjs/common';
import {
  type ActionRequest,
  addressGroups,
  ApiError,
  type CreateRequest,
  type DeleteRequest,
  invalidInput,
  type Json,
  policyNotAuthorized,
  pythonRepr,
  type RequestContext,
  type UpdateRequest,
  type ItemOf,
} from '@weft/contracts';
import { Cidr } from '@weft/net';
import { Database, type Tx } from '@weft/persistence';
import {
  Guard,
  InjectGuard,
  InjectReader,
  requireRevision,
  ResourceReader,
  type ResourceService,
} from '@weft/service-kit';
import { AddressGroupChange } from './address-group.change';
import { AddressGroupRepository, type AddressGroupRow } from './address-group.repository';
import { addressGroupNotFound, addressGroupTarget } from './address-group.target';

/** A group is published and shown as a whole: both must pass the broker. */
const MAX_ADDRESSES = 10_000;

/** Rules of address groups. */
@Injectable()
export class AddressGroupService implements ResourceService<typeof addressGroups> {
  constructor(
    private readonly database: Database,
    @InjectGuard(addressGroups) private readonly guard: Guard,
    private readonly groups: AddressGroupRepository,
    @InjectReader(addressGroups) private readonly reader: ResourceReader,
    private readonly deletion: AddressGroupChange,
  ) {}

  create(ctx: RequestContext, { items, explicit }: CreateRequest<typeof addressGroups>): Promise<readonly string[]> {
    const one = async (tx: Tx, item: ItemOf<typeof addressGroups>, i: number) => {
      this.guard.create(ctx, item, explicit[i]!);
      const [group] = await tx.query<{ id: string }>(
        'INSERT INTO address_group (project_id, name, description, addresses) VALUES ($1, $2, $3, $4) RETURNING id',
        [item.project_id, item.name, item.description, bounded(normalised((item.addresses ?? []) as string[]))],
      );
      tx.count('address_group', item.project_id, 1);
      await this.groups.publish(tx, group!.id);
      return group!.id;
    };
    return this.database.writeEach(ctx, 'create_address_group', items, one, { quota: 'address_group' });
  }

  update(ctx: RequestContext, { id, changes, ifRevision }: UpdateRequest<typeof addressGroups>): Promise<void> {
    return this.database.writeOne(ctx, 'update_address_group', id, async (tx) => {
      const group = await this.loadForUpdate(ctx, tx, id);
      this.guard.update(ctx, addressGroupTarget(group), changes);
      requireRevision(group, ifRevision);
      const next = { ...group, ...changes };
      await tx.query(
        `UPDATE address_group SET name = $2, description = $3, revision_number = revision_number + 1, updated_at = now()
         WHERE id = $1`,
        [id, next.name, next.description],
      );
    });
  }

  delete(ctx: RequestContext, { id, ifRevision }: DeleteRequest): Promise<void> {
    return this.deletion.run(id, 'gone', (mark) =>
      this.database.writeOne(ctx, 'delete_address_group', id, async (tx) => {
        const group = await this.loadForUpdate(ctx, tx, id);
        this.guard.delete(ctx, addressGroupTarget(group));
        requireRevision(group, ifRevision);
        await this.groups.refuseUsed(tx, id);
        this.deletion.require(group, mark);
        await this.groups.remove(tx, id);
      }),
    );
  }

  readonly actions = {
    add_addresses: (ctx: RequestContext, request: ActionRequest) =>
      this.change(ctx, request, 'add_addresses', (old, given) => {
        const existing = given.filter((address) => old.includes(address));
        if (existing.length === 0) return bounded([...old, ...given]);
        throw new ApiError(
          'AddressesAlreadyExist',
          400,
          `Addresses ${pythonRepr(existing)} already exist in the address group ${request.id}.`,
        );
      }),
    remove_addresses: (ctx: RequestContext, request: ActionRequest) =>
      this.change(ctx, request, 'remove_addresses', (old, given) => {
        const unknown = given.filter((address) => !old.includes(address));
        if (unknown.length === 0) return old.filter((address) => !given.includes(address));
        throw new ApiError(
          'AddressesNotFound',
          404,
          `Addresses ${pythonRepr(unknown)} not found in the address group ${request.id}.`,
        );
      }),
  };

  private async change(
    ctx: RequestContext,
    { id, body }: ActionRequest,
    rule: 'add_addresses' | 'remove_addresses',
    next: (old: readonly string[], given: readonly string[]) => readonly string[],
  ): Promise<Json> {
    const given = normalised((body as { addresses: string[] }).addresses);
    await this.database.writeOne(ctx, rule, id, async (tx) => {
      const group = await this.loadForUpdate(ctx, tx, id);
      this.guard.see(ctx, addressGroupTarget(group));
      if (!this.guard.allows(rule, ctx, addressGroupTarget(group))) throw policyNotAuthorized(`rule:${rule}`);
      await tx.query(
        `UPDATE address_group SET addresses = $2, generation = nextval('generation'), revision_number = revision_number + 1,
           updated_at = now() WHERE id = $1`,
        [id, next(group.addresses, given)],
      );
      await this.groups.publish(tx, id);
    });
    return { address_group: JSON.parse(await this.reader.show({ ctx }, id)) as Json };
  }

  private async loadForUpdate(ctx: RequestContext, tx: Tx, id: string): Promise<AddressGroupRow> {
    const group = await this.groups.lock(tx, id, 'NO KEY UPDATE', ctx.projectId);
    if (!group) throw addressGroupNotFound(id);
    return group;
  }
}

/** Without host bits, each once. */
const normalised = (addresses: readonly string[]): string[] => [
  ...new Set(addresses.map((address) => Cidr.parse(address)!.toString())),
];

function bounded(addresses: readonly string[]): readonly string[] {
  if (addresses.length <= MAX_ADDRESSES) return addresses;
  throw invalidInput(`an address group has at most ${MAX_ADDRESSES} addresses`);
}
