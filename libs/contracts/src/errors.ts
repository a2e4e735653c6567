import { pythonText } from './text/python-text';

/**
 * An expected failure with the contract's name. One filter turns it into the body of an answer: over NATS as an
 * `ErrorReply`, over HTTP as `{"NeutronError": {type, message, detail}}`.
 */
export class ApiError extends Error {
  constructor(
    /** Exception class of the contract, e.g. `NetworkNotFound`. */
    readonly type: string,
    readonly status: number,
    message: string,
    readonly detail: string = '',
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = type;
  }
}

/** Malformed or disallowed body or query: `HTTPBadRequest`. */
export const httpBadRequest = (message: string) => new ApiError('HTTPBadRequest', 400, message);
/** `Bad <resource> request: <message>.` */
export const badRequest = (resource: string, message: string) =>
  new ApiError('BadRequest', 400, `Bad ${resource} request: ${message}.`);
/** `Invalid input for operation: <message>.` */
export const invalidInput = (message: string) =>
  new ApiError('InvalidInput', 400, `Invalid input for operation: ${message}.`);
export const notFound = (type: string, title: string, id: string) =>
  new ApiError(type, 404, `${title} ${id} ${DO_NOT_EXIST.has(type) ? 'does not exist' : 'could not be found.'}`);
/** What the reference misses in other words. */
const DO_NOT_EXIST: ReadonlySet<string> = new Set([
  'SecurityGroupNotFound',
  'SecurityGroupRuleNotFound',
  'DefaultSecurityGroupRuleNotFound',
]);
export const conflict = (type: string, message: string) => new ApiError(type, 409, message);
export const policyNotAuthorized = (rule: string) =>
  new ApiError('PolicyNotAuthorized', 403, `${rule} is disallowed by policy`);
export const serviceUnavailable = (message: string, cause?: unknown) =>
  new ApiError('ServiceUnavailable', 503, message, '', { cause });
/** The one answer to a defect: its cause goes to the log, never to the client. */
export const internalError = (cause: unknown) =>
  new ApiError(
    'HTTPInternalServerError',
    500,
    'Request Failed: internal server error while processing your request.',
    '',
    { cause },
  );
export const revisionMismatch = (expected: number, actual: number) =>
  new ApiError('RevisionNumberConstraintFailed', 412, `Constrained to ${expected}, but current revision is ${actual}`);
/** Two allowed address pairs of one request are the same; a null `mac` is the port's own. */
export const duplicateAddressPair = (ip: string, mac: unknown) =>
  new ApiError(
    'DuplicateAddressPairInRequest',
    400,
    `Request contains duplicate address pair: mac_address ${pythonText(mac)} ip_address ${ip}.`,
  );
