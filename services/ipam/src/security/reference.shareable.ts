import { Injectable } from '@nestjs/common';
import {
  ApiError,
  type ObjectGrants,
  type ReferenceType,
  type RequestContext,
  securitySubject,
  type WithdrawReply,
  type WithdrawRequest,
} from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { Policy } from '@weft/policy';
import { logger } from '@weft/telemetry';
import { dependentProjects } from '../sharing/dependent-projects';
import type { Grant, Shareable } from '../sharing/shareable';
import { RbacGrantExport } from './rbac-grant.export';
import { ReferenceRepository } from './reference.repository';
import { References } from './references';
import { securityGroupNotFound } from './security-groups';

const log = logger('references');

interface Type {
  readonly rule: string;
  /** Who uses its objects; null: rules of security groups do, and those are fwaas's. */
  readonly users: string | null;
  readonly notFound: (id: string) => Error;
}

const TYPES: Readonly<Record<ReferenceType, Type>> = {
  security_group: {
    rule: 'get_security_group',
    users: 'SELECT project_id FROM port WHERE security_groups @> ARRAY[$1::uuid]',
    notFound: securityGroupNotFound,
  },
  address_group: {
    rule: 'get_address_group',
    users: null,
    notFound: (id) => new ApiError('AddressGroupNotFound', 404, `Address group ${id} could not be found.`),
  },
};

/** Objects of fwaas as RBAC sees them: grants are kept here, with all others, and fwaas is told of them. */
abstract class ReferenceShareable implements Shareable {
  readonly actions = ['access_as_shared'] as const;
  readonly withdraw?: Shareable['withdraw'];

  constructor(
    readonly type: ReferenceType,
    private readonly policy: Policy,
    private readonly rows: ReferenceRepository,
    private readonly references: References,
    private readonly grants: RbacGrantExport,
    private readonly messaging: Messaging,
  ) {
    if (type === 'address_group') this.withdraw = (grant, to) => this.askOwner(type, grant, to);
  }

  async resolve(ctx: RequestContext, id: string): Promise<void> {
    await this.references.resolve(ctx, this.type, id);
  }

  async ownerOf(ctx: RequestContext, tx: Parameters<Shareable['ownerOf']>[1], id: string): Promise<string | null> {
    const [row] = await this.rows.lockForChange(tx, [id], ctx.projectId);
    if (!row || row.gone) return null;
    const { project_id, shared } = row;
    const target = { project_id, tenant_id: project_id, shared };
    return this.policy.allows(TYPES[this.type].rule, ctx, target) ? project_id : null;
  }

  async dependents(tx: Parameters<Shareable['dependents']>[0], grant: Grant): Promise<readonly string[]> {
    const { users } = TYPES[this.type];
    return users === null ? [] : dependentProjects(tx, grant, { owners: 'reference', users });
  }

  /** Waits until fwaas knows, so that who reads what he has just shared sees it; what it misses it finds by itself. */
  async publishGrants(id: string): Promise<void> {
    try {
      const grants: ObjectGrants = await this.grants.of(this.type, id);
      await this.messaging.request(securitySubject.grants, grants, { deadlineMs: 2_000 });
    } catch (error) {
      log.warn({ err: error, type: this.type, id }, 'fwaas has not heard of a grant yet');
    }
  }

  private async askOwner(
    type: WithdrawRequest['type'],
    { object_id, target_project: from }: Grant,
    to: string | null,
  ): Promise<readonly string[]> {
    const { targets, ...grants } = await this.grants.of(this.type, object_id);
    const rest = targets.filter((target) => target !== from).concat(to ?? []);
    const request: WithdrawRequest = { ...grants, type, from, targets: rest };
    return (await this.messaging.request<WithdrawReply>(securitySubject.withdraw, request)).dependents;
  }

  notFound(id: string): Error {
    return TYPES[this.type].notFound(id);
  }
}

@Injectable()
export class SecurityGroupShareable extends ReferenceShareable {
  constructor(
    policy: Policy,
    rows: ReferenceRepository,
    references: References,
    grants: RbacGrantExport,
    messaging: Messaging,
  ) {
    super('security_group', policy, rows, references, grants, messaging);
  }
}

@Injectable()
export class AddressGroupShareable extends ReferenceShareable {
  constructor(
    policy: Policy,
    rows: ReferenceRepository,
    references: References,
    grants: RbacGrantExport,
    messaging: Messaging,
  ) {
    super('address_group', policy, rows, references, grants, messaging);
  }
}
