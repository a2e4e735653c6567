import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError, httpBadRequest } from '@weft/contracts';
import { settings } from '../runtime/settings';
import { SECURITY_HEADERS } from './security-headers';

/** What a listener accepts of a client that is not authenticated yet (docs/configuration.md, "Limits of a listener"). */
export interface HttpLimits {
  /** Bytes of a body. */
  readonly body: number;
  /** Bytes of the request line and all headers. */
  readonly header: number;
  /** For the headers to arrive, ms. */
  readonly headersMs: number;
  /** For the whole request to arrive, ms. */
  readonly requestMs: number;
  /** A connection without a request is closed after this, ms. */
  readonly idleMs: number;
  /** Nothing is read nor written: a client that does not take its answer, ms. */
  readonly stalledMs: number;
  readonly connections: number;
}

/** @param body what this listener's bodies may be unless `WEFT_HTTP_MAX_BODY_BYTES` says otherwise */
export const httpLimits = (body: number): HttpLimits => ({
  body: positive('WEFT_HTTP_MAX_BODY_BYTES', body),
  header: positive('WEFT_HTTP_MAX_HEADER_BYTES', 32 * 1024),
  headersMs: positive('WEFT_HTTP_HEADERS_TIMEOUT_MS', 10_000),
  requestMs: positive('WEFT_HTTP_REQUEST_TIMEOUT_MS', 60_000),
  idleMs: positive('WEFT_HTTP_IDLE_TIMEOUT_MS', 75_000),
  stalledMs: positive('WEFT_HTTP_STALLED_TIMEOUT_MS', 180_000),
  connections: positive('WEFT_HTTP_MAX_CONNECTIONS', 10_000),
});

function positive(name: string, fallback: number): number {
  const value = settings.integer(name, fallback);
  if (value <= 0) throw new Error(`${name} must be positive, not ${value}`);
  return value;
}

/** How often connections are held against their times, ms: as much may a limit be exceeded. */
const CHECKED_EVERY_MS = 1_000;

/** The limits as Fastify takes them, and the answer to what is not even a request. @param bodyOf the API's form of a failure */
export const limitedServer = (limits: HttpLimits, bodyOf: (failure: ApiError) => object) => ({
  bodyLimit: limits.body,
  requestTimeout: limits.requestMs,
  keepAliveTimeout: limits.idleMs,
  connectionTimeout: limits.stalledMs,
  http: {
    maxHeaderSize: limits.header,
    headersTimeout: Math.min(limits.headersMs, limits.requestMs),
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: CHECKED_EVERY_MS,
  },
  clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket): void => {
    // Gone, or its answer is on the way already.
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    socket.end(rawAnswer(failureOf(error.code), bodyOf), () => socket.destroy());
  },
});

function failureOf(code: string | undefined): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiError(
      'HTTPRequestHeaderFieldsTooLarge',
      431,
      'The headers of your request were too large for this server.',
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ApiError(
      'HTTPRequestTimeout',
      408,
      'The server has waited too long for the request to be sent by the client.',
    );
  return httpBadRequest('The server could not understand the request.');
}

function rawAnswer(failure: ApiError, bodyOf: (failure: ApiError) => object): string {
  const body = JSON.stringify(bodyOf(failure));
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-openstack-request-id': `req-${randomUUID()}`,
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\n${lines.join('')}\r\n${body}`;
}
