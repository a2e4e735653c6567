import {
  type ReferenceType,
  type RequestContext,
  type ResolveReply,
  type ResolveRequest,
  securitySubject,
} from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import type { ReferenceRepository } from './reference.repository';

/** A transaction met what nobody has heard of here: fwaas must be asked, and not while locks are held. */
export class Unheard extends Error {
  constructor(
    /** Security groups that are named. */
    readonly groups: readonly string[],
    /** Projects whose default group is wanted. */
    readonly defaultsOf: readonly string[],
    /** What it is to the client if fwaas has not heard of it either. */
    readonly refusal: Error,
  ) {
    super('unheard of here');
  }
}

/**
 * Learns of what is fwaas's. What is known here is not asked for again, so that most ports are made without fwaas, also while it is
 * away.
 */
export class References {
  constructor(
    private readonly rows: ReferenceRepository,
    private readonly messaging: Messaging,
  ) {}

  /**
   * Runs a write, and again when what it was {@link Unheard} of is learned.
   * @throws ApiError 503 if somebody must be asked who does not answer
   */
  async learning<T>(ctx: RequestContext, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Unheard)) throw error;
      await this.ask({ ctx, type: 'security_group', ids: error.groups, defaultsOf: error.defaultsOf });
    }
    try {
      return await write();
    } catch (error) {
      throw error instanceof Unheard ? error.refusal : error;
    }
  }

  /** Before a transaction names it. @throws ApiError 503 as above */
  async learn(ctx: RequestContext, type: ReferenceType, id: string): Promise<void> {
    const unknown = await this.rows.unknown([id]);
    if (unknown.length > 0) await this.ask({ ctx, type, ids: unknown, defaultsOf: [] });
  }

  private async ask(request: ResolveRequest): Promise<void> {
    const { references } = await this.messaging.request<ResolveReply>(securitySubject.resolve, request);
    await this.rows.learn(references);
  }
}
