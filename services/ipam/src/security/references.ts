import {
  type ReferenceType,
  type RequestContext,
  type ResolveReply,
  type ResolveRequest,
  securitySubject,
} from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import type { ReferenceRepository } from './reference.repository';

/**
 * Learns of security groups before a transaction names them. What is known here is not asked for again, so that most ports are made without
 * fwaas, also while it is away.
 */
export class References {
  constructor(
    private readonly rows: ReferenceRepository,
    private readonly messaging: Messaging,
  ) {}

  /**
   * @param projects whose default group is wanted
   * @returns project → its default group
   * @throws ApiError 503 if somebody must be asked who does not answer
   */
  async learn(
    ctx: RequestContext,
    type: ReferenceType,
    ids: readonly string[],
    projects: readonly string[] = [],
  ): Promise<ReadonlyMap<string, string>> {
    const [unknown, defaults] = await Promise.all([this.rows.unknown(ids), this.rows.defaultsOf(projects)]);
    const defaultsOf = projects.filter((project) => !defaults.has(project));
    if (unknown.length === 0 && defaultsOf.length === 0) return defaults;
    const request: ResolveRequest = { ctx, type, ids: unknown, defaultsOf };
    const { references } = await this.messaging.request<ResolveReply>(securitySubject.resolve, request);
    await this.rows.learn(references);
    for (const { projectId, id, isDefault } of references)
      if (isDefault && defaultsOf.includes(projectId)) defaults.set(projectId, id);
    return defaults;
  }
}
