import { randomUUID } from 'node:crypto';
import type { RequestContext } from '@weft/contracts';

/** The administrator's project. */
export const ADMIN = 'a'.repeat(32);
/** A project whose member tests are unless they say otherwise. */
export const TENANT = 'c'.repeat(32);
/** A project that has nothing to do with it. */
export const OTHER = 'd'.repeat(32);

/** A request of somebody in a project. */
export const context = (projectId: string, roles: readonly string[] = ['member', 'reader']): RequestContext => {
  const id = `req-${randomUUID()}`;
  return { requestId: id, idempotencyKey: id, userId: 'u', projectId, roles };
};
/** A request of the administrator. */
export const admin = () => context(ADMIN, ['admin', 'manager', 'member', 'reader']);
/** A request of a member of {@link TENANT}. */
export const tenant = () => context(TENANT);
/** A request of a member of {@link OTHER}. */
export const other = () => context(OTHER);
/** A request in a project of its own, for a test that counts. */
export const somebody = () => context(randomUUID().replaceAll('-', ''));
