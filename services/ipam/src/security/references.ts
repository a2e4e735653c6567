import { Injectable } from '@nestjs/common';
import {
  type ReferenceType,
  type RequestContext,
  type ResolveReply,
  type ResolveRequest,
  securitySubject,
} from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { ReferenceRepository } from './reference.repository';

/** A transaction met a reference that ipam has no row of: fwaas must be asked, and not while locks are held. */
export class UnknownReference extends Error {
  constructor(
    /** Security groups that are named. */
    readonly groups: readonly string[],
    /** Projects whose default group is needed. */
    readonly defaultsOf: readonly string[],
    /** The client's error if fwaas does not know it either. */
    readonly refusal: Error,
  ) {
    super('unknown reference');
  }
}

/**
 * References to objects of fwaas. One that ipam has a row of is not requested again, so most ports are created without a request to
 * fwaas, also while it is away.
 */
@Injectable()
export class References {
  constructor(
    private readonly rows: ReferenceRepository,
    private readonly messaging: Messaging,
  ) {}

  /**
   * Runs a write, and runs it again once the {@link UnknownReference} that it met is resolved.
   * @throws ApiError 503 if fwaas must be asked and does not reply
   */
  async withReferences<T>(ctx: RequestContext, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof UnknownReference)) throw error;
      await this.request({ ctx, type: 'security_group', ids: error.groups, defaultsOf: error.defaultsOf });
    }
    try {
      return await write();
    } catch (error) {
      throw error instanceof UnknownReference ? error.refusal : error;
    }
  }

  /** Before a transaction names it. @throws ApiError 503 as above */
  async resolve(ctx: RequestContext, type: ReferenceType, id: string): Promise<void> {
    const unknown = await this.rows.unknown([id]);
    if (unknown.length > 0) await this.request({ ctx, type, ids: unknown, defaultsOf: [] });
  }

  private async request(request: ResolveRequest): Promise<void> {
    const { references } = await this.messaging.request<ResolveReply>(securitySubject.resolve, request);
    await this.rows.store(references);
  }
}
