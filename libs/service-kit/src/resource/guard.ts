import { ApiError, notFound, type RequestContext, type ResourceDefinition } from '@weft/contracts';
import { denyCreate, denyDelete, denyUpdate, maySee, type Policy, type PolicyTarget } from '@weft/policy';

/** Refuses what policy denies, in the contract's words. Called by a service's rules once the object and its parent are loaded. */
export class Guard {
  constructor(
    private readonly policy: Policy,
    private readonly definition: ResourceDefinition,
  ) {}

  /** @throws ApiError 403 */
  create(ctx: RequestContext, target: PolicyTarget, explicit: readonly string[]): void {
    raise(denyCreate(this.policy, this.definition, ctx, target, explicit));
  }

  /** @throws ApiError 404 if the caller may not even see it, else 403 */
  update(ctx: RequestContext, target: PolicyTarget, changes: PolicyTarget): void {
    this.see(ctx, target);
    raise(denyUpdate(this.policy, this.definition, ctx, target, changes));
  }

  /** @throws ApiError 404 if the caller may not even see it, else 403 */
  delete(ctx: RequestContext, target: PolicyTarget): void {
    this.see(ctx, target);
    raise(denyDelete(this.policy, this.definition, ctx, target));
  }

  /** @throws ApiError 404 */
  see(ctx: RequestContext, target: PolicyTarget): void {
    if (!maySee(this.policy, this.definition, ctx, target)) {
      throw notFound(this.definition.notFound, this.definition.title, String(target.id));
    }
  }

  /** One rule by name, e.g. of a sub-resource. */
  allows(rule: string, ctx: RequestContext, target: PolicyTarget): boolean {
    return this.policy.allows(rule, ctx, target);
  }
}

function raise(error: ApiError | null): void {
  if (error) throw error;
}
