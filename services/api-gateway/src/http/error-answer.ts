import { ApiError, type ApiFace, httpBadRequest, internalError } from '@weft/contracts';
import { json, type Answer } from './answer';

/** Every failure but 401, in the envelope of the API that the client called. */
export const errorAnswer = (error: ApiError, face: ApiFace): Answer => json(error.status, face.errorBody(error));

/** 401 is the authentication middleware's and has a body of its own. */
export const unauthorizedAnswer = (authUrl: string): Answer => ({
  ...json(401, {
    error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
  }),
  headers: { 'www-authenticate': `Keystone uri="${authUrl}"` },
});

export const resourceNotFound = () => new ApiError('HTTPNotFound', 404, 'The resource could not be found.');

export const methodNotAllowed = () =>
  new ApiError(
    'HTTPMethodNotAllowed',
    405,
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  );

export const tooLarge = () =>
  new ApiError('HTTPRequestEntityTooLarge', 413, 'The body of your request was too large for this server.');

export const tooManyRequests = () => new ApiError('HTTPTooManyRequests', 429, 'Rate limit of this token exceeded.');

/** An error as the client may see it. Fastify's own errors keep their status. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const status = (error as { statusCode?: unknown }).statusCode;
  if (status === 413) return tooLarge();
  if (typeof status === 'number' && status >= 400 && status < 500) return httpBadRequest((error as Error).message);
  return internalError(error);
}
