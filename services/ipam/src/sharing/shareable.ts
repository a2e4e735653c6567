import type { RequestContext } from '@weft/contracts';
import type { Tx } from '@weft/persistence';
import type { Access, ShareableType } from './sharing';

/** One entry of `rbac-policies`. */
export interface Grant {
  readonly object_id: string;
  readonly action: Access;
  /** A project, or `*`. */
  readonly target_project: string;
}

/** Injects every {@link Shareable}. */
export const SHAREABLES = Symbol('Shareable[]');

/** A type of objects that can be shared: what RBAC must know of it. Registered with {@link RbacPolicyService}. */
export interface Shareable {
  readonly type: ShareableType;
  readonly actions: readonly Access[];
  /** Before the transaction, of types that another service owns: it is asked for what is not known here. */
  resolve?(ctx: RequestContext, id: string): Promise<void>;
  /** After it: the owner is told who has access now. */
  publishGrants?(id: string): Promise<void>;
  /** The owner, the object locked against use by others; null: there is none, or not for the caller's eyes. */
  ownerOf(ctx: RequestContext, tx: Tx, id: string): Promise<string | null>;
  /** Who would lose what he has if this grant went: projects, for the message. Empty: it may go. */
  dependents(tx: Tx, grant: Grant): Promise<readonly string[]>;
  /**
   * The same, outside of the transaction, where another service knows: if nobody would lose anything it holds already to what is to be,
   * so {@link publishGrants} must follow, whatever comes of it.
   * @param to who is to have the grant instead
   */
  withdraw?(grant: Grant, to: string | null): Promise<readonly string[]>;
  notFound(id: string): Error;
}
