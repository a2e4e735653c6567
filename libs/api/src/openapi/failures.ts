import type { Schema } from './schema';

/** The form of every failure but 401. */
export const neutronError: Schema = {
  type: 'object',
  required: ['NeutronError'],
  properties: {
    NeutronError: {
      type: 'object',
      required: ['type', 'message', 'detail'],
      properties: {
        type: { type: 'string', description: 'Name of the failure; clients may switch on it.' },
        message: { type: 'string' },
        detail: { type: 'string' },
      },
    },
  },
};

const failure = (description: string, type: string, message: string) => ({
  description,
  content: {
    'application/json': {
      schema: { $ref: '#/components/schemas/NeutronError' },
      example: { NeutronError: { type, message, detail: '' } },
    },
  },
});

/** Failures, by what an operation calls them. */
export const responses = {
  BadRequest: failure(
    'Malformed, or a value is not acceptable.',
    'HTTPBadRequest',
    "Unrecognized attribute(s) 'bogus'",
  ),
  Unauthorized: {
    description: 'No token, or an invalid one.',
    headers: { 'WWW-Authenticate': { schema: { type: 'string' }, example: 'Keystone uri="http://127.0.0.1:5000/v3"' } },
    content: {
      'application/json': {
        example: {
          error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
        },
      },
    },
  },
  Forbidden: failure('Forbidden by policy.', 'PolicyNotAuthorized', 'rule:update_network is disallowed by policy'),
  NotFound: failure(
    'It does not exist, or is not visible to the caller.',
    'NetworkNotFound',
    'Network 38360a2d… could not be found.',
  ),
  Conflict: failure(
    'It conflicts with the current state.',
    'IpAddressAlreadyAllocated',
    'IP address 10.0.0.5 already allocated in subnet 9ee47171…',
  ),
  RevisionMismatch: failure(
    'If-Match does not hold.',
    'RevisionNumberConstraintFailed',
    'Constrained to 1, but current revision is 2',
  ),
  TooLarge: failure(
    'Split it.',
    'HTTPRequestEntityTooLarge',
    'The body of your request was too large for this server.',
  ),
  Timeout: failure(
    'The request took too long to arrive.',
    'HTTPRequestTimeout',
    'The server has waited too long for the request to be sent by the client.',
  ),
  TooOften: {
    ...failure(
      'The operator limits how often a token asks.',
      'HTTPTooManyRequests',
      'Rate limit of this token exceeded.',
    ),
    headers: {
      'Retry-After': { schema: { type: 'integer', minimum: 1 }, description: 'Seconds until a request will pass.' },
    },
  },
  HeadersTooLarge: failure(
    'Shorten the query or the headers.',
    'HTTPRequestHeaderFieldsTooLarge',
    'The headers of your request were too large for this server.',
  ),
  Unavailable: failure('Try again in a moment.', 'ServiceUnavailable', 'The service is temporarily unavailable.'),
};

type Responses = Readonly<Record<string, unknown>>;
interface Operation {
  readonly responses: Responses;
  /** Empty: it needs no token. */
  readonly security?: readonly unknown[];
}

const METHODS: readonly string[] = ['get', 'post', 'put', 'delete'];
const ref = (name: keyof typeof responses) => ({ $ref: `#/components/responses/${name}` });
/** What the edge answers before it knows what is asked. */
const EDGE: Responses = { 408: ref('Timeout'), 431: ref('HeadersTooLarge') };
/** And of those who need a token. */
const TOKEN: Responses = { 401: ref('Unauthorized'), 429: ref('TooOften') };

/** Every operation with the failures of the edge. */
export const everywhere = (paths: Readonly<Record<string, object>>): Record<string, object> =>
  Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([name, value]) => [
          name,
          METHODS.includes(name) ? atEdge(value as Operation) : value,
        ]),
      ),
    ]),
  );

const atEdge = (operation: Operation): Operation => ({
  ...operation,
  responses: { ...operation.responses, ...EDGE, ...(operation.security?.length !== 0 && TOKEN) },
});
