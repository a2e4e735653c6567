import { Injectable } from '@nestjs/common';
import { ApiError, conflict, type RequestContext, serviceUnavailable } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import { Policy } from '@weft/policy';
import { ReferenceRepository, type ReferenceRow } from './reference.repository';
import { UnknownReference } from './references';

/** What cannot go while the transaction is open. */
export interface KeptGroups {
  defaultOf(project: string): string | undefined;
  /**
   * @param sets groups of each port
   * @throws ApiError 404 for one that is gone or not for the caller's eyes; 409 where one port is to have stateful and stateless ones
   */
  require(sets: readonly (readonly string[])[]): void;
}

/** What ports need of security groups. */
@Injectable()
export class SecurityGroups {
  constructor(
    private readonly policy: Policy,
    private readonly rows: ReferenceRepository,
  ) {}

  /**
   * Groups that ports are to have, kept from going.
   * @param named by clients
   * @param defaultsOf projects, for ports that name none
   * @throws UnknownReference
   */
  async keep(
    ctx: RequestContext,
    tx: Tx,
    named: readonly string[],
    defaultsOf: readonly string[] = [],
  ): Promise<KeptGroups> {
    const [ids, projects] = [[...new Set(named)], [...new Set(defaultsOf)]];
    const groups = ids.length > 0 ? await this.rows.lockForUse(tx, ids, ctx.projectId) : [];
    const defaults = new Map<string, ReferenceRow>();
    for (const project of projects) {
      const group = await this.rows.lockDefault(tx, project, ctx.projectId);
      if (group) defaults.set(project, group);
    }
    const kept = new Map([...groups, ...defaults.values()].map((row) => [row.id, row]));
    const [unknown, without] = [ids.filter((id) => !kept.has(id)), projects.filter((id) => !defaults.has(id))];
    if (unknown.length + without.length > 0)
      throw new UnknownReference(
        unknown,
        without,
        unknown.length > 0 ? securityGroupNotFound(unknown[0]!) : noDefault(),
      );
    return {
      defaultOf: (project) => defaults.get(project)?.id,
      require: (sets) => this.require(ctx, kept, sets),
    };
  }

  private require(
    ctx: RequestContext,
    kept: ReadonlyMap<string, ReferenceRow>,
    sets: readonly (readonly string[])[],
  ): void {
    for (const id of new Set(sets.flat())) if (!this.isOpenTo(ctx, kept.get(id))) throw securityGroupNotFound(id);
    for (const set of sets) if (new Set(set.map((id) => kept.get(id)!.stateful)).size > 1) throw mixed();
  }

  private isOpenTo(ctx: RequestContext, row: ReferenceRow | undefined): boolean {
    if (!row || row.gone) return false;
    const { project_id, shared } = row;
    return this.policy.allows('get_security_group', ctx, { project_id, tenant_id: project_id, shared });
  }
}

export const securityGroupNotFound = (id: string) =>
  new ApiError('SecurityGroupNotFound', 404, `Security group ${id} does not exist`);

const mixed = () =>
  conflict(
    'SecurityGroupConflict',
    'Error Cannot apply both stateful and stateless security groups on the same port at the same time while attempting the operation.',
  );

/** It was made when it was asked for: somebody has deleted it since. */
const noDefault = () => serviceUnavailable('The default security group of the project is being replaced.');
