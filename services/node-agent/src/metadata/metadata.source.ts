import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { PortFact } from '@weft/contracts';

/** A guest's request after its identity has been established from where it came, never from what it says. */
export interface MetadataRequest {
  readonly method: string;
  readonly target: Target;
  /** What an upstream (Nova's metadata API) may be sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly port: PortFact;
  /** Unread. */
  readonly body: IncomingMessage;
}

export interface Target {
  /** Decoded, absolute, without query: names a document. */
  readonly path: string;
  /** As on the wire, with the query. */
  readonly raw: string;
}

/** Where answers come from: the node itself, or an upstream. */
export interface MetadataSource {
  answer(request: MetadataRequest, response: ServerResponse): Promise<void>;
}

/**
 * What of a guest's headers goes on. Naming those that may not would be a list with holes: `X_Instance_ID` and `X-Instance-ID` are one
 * and the same behind a WSGI server.
 */
const PASSED = [
  ...['accept', 'accept-encoding', 'accept-language', 'content-length', 'content-type'],
  ...['if-modified-since', 'if-none-match', 'range', 'user-agent'],
];

/** The guest's harmless headers, and who it is. */
export function identityHeaders(given: IncomingHttpHeaders, port: PortFact, peer: string): Record<string, string> {
  const passed = PASSED.flatMap((name) => {
    const value = given[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const identity = { 'x-instance-id': port.deviceId, 'x-tenant-id': port.projectId, 'x-forwarded-for': peer };
  return { ...Object.fromEntries(passed), ...identity };
}

/** Null: not a path that could name a document (`..` may not climb out of an instance's directory). */
export function parseTarget(url: string): Target | null {
  try {
    const { pathname, search } = new URL(url.replace(/^\/+/, '/'), 'http://metadata');
    const raw = pathname.replace(/\/{2,}/g, '/');
    const path = decodeURIComponent(raw).replace(/\/{2,}/g, '/');
    return path.includes('\0') || path.split('/').includes('..') ? null : { path, raw: raw + search };
  } catch {
    // A malformed escape: the guest's mistake, to be answered as such.
    return null;
  }
}

/** A short answer in words of our own. */
export function send(response: ServerResponse, status: number, body: string | Buffer, type = TEXT): void {
  if (response.headersSent) {
    // What has been said cannot be taken back: a broken answer must not look like a whole one.
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

export const TEXT = 'text/plain; charset=utf-8';
