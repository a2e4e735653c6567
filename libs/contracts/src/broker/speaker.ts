import { ApiError } from '../errors';
import { hostToken } from '../facts';

/**
 * A node's credentials let it use subjects that end in its name, and say nothing of bodies: whoever hears a node believes a body only
 * if it names the same host.
 */
export const speaksForItself = (subject: string, host: string): boolean => subject.endsWith(`.${hostToken(host)}`);

/** @throws ApiError 403 when a node speaks for another */
export function requireOwnHost(subject: string, host: string): void {
  if (!speaksForItself(subject, host))
    throw new ApiError('Forbidden', 403, `a node may only speak for itself: ${subject} names ${host}`);
}
