import { ApiError } from '@weft/contracts';

/** Failures in Identity's form: the type is the title of the status. */
export const badRequest = (message: string) => new ApiError('Bad Request', 400, message);
/** @param reason for the audit log alone: strangers learn nothing */
export const unauthorized = (reason = '') =>
  new ApiError('Unauthorized', 401, 'The request you have made requires authentication.', reason);
export const forbidden = (action: string) =>
  new ApiError('Forbidden', 403, `You are not authorized to perform the requested action: ${action}.`);
export const notFound = (kind: string, id: string) => new ApiError('Not Found', 404, `Could not find ${kind}: ${id}.`);
export const conflict = (kind: string, details: string) =>
  new ApiError('Conflict', 409, `Conflict occurred attempting to store ${kind} - ${details}.`);
