import { ApiError, conflict, type RequestContext } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import type { Policy } from '@weft/policy';
import type { ReferenceRepository, ReferenceRow } from './reference.repository';

/** What ports need of security groups. */
export class SecurityGroups {
  constructor(
    private readonly policy: Policy,
    private readonly rows: ReferenceRepository,
  ) {}

  /**
   * Groups that ports are to have, kept from going: each there, and for the caller's eyes.
   * @param sets those of each port
   * @throws ApiError 404; 409 where one port is to have stateful and stateless ones
   */
  async require(ctx: RequestContext, tx: Tx, sets: readonly (readonly string[])[]): Promise<void> {
    const ids = [...new Set(sets.flat())];
    if (ids.length === 0) return;
    const found = new Map((await this.rows.lockForUse(tx, ids, ctx.projectId)).map((row) => [row.id, row]));
    for (const id of ids) if (!this.isOpenTo(ctx, found.get(id))) throw securityGroupNotFound(id);
    for (const set of sets) if (new Set(set.map((id) => found.get(id)!.stateful)).size > 1) throw mixed();
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
