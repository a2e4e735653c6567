import { ApiError } from '../errors';
import { hostToken } from '../facts';

/**
 * A node's credentials limit it to subjects that end in its name, but not the bodies: a body is accepted only if it names the same host.
 */
export const hostMatchesSubject = (subject: string, host: string): boolean => subject.endsWith(`.${hostToken(host)}`);

/** @throws ApiError 403 when a node acts for another */
export function assertHostMatchesSubject(subject: string, host: string): void {
  if (!hostMatchesSubject(subject, host))
    throw new ApiError('Forbidden', 403, `a node may act in its own name only: ${subject} names ${host}`);
}
