import type { IncomingHttpHeaders } from 'node:http';
import type { PortFact } from '@weft/contracts';

/** A guest's request after its identity has been established from where it came, never from what it says. */
export interface MetadataRequest {
  readonly method: string;
  /** Normalised, absolute, without query. */
  readonly path: string;
  /** What an upstream (Nova's metadata API) would be sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly port: PortFact;
}

export interface MetadataAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** Where answers come from: files on the node, or an upstream. */
export interface MetadataSource {
  answer(request: MetadataRequest): Promise<MetadataAnswer>;
}

/** Headers by which the metadata API knows the instance. A guest could name any other instance: its own are dropped. */
const IDENTITY = ['x-instance-id', 'x-tenant-id', 'x-forwarded-for', 'x-instance-id-signature', 'x-metadata-provider'];

/** The guest's headers, without those that claim an identity, and with the true one. */
export function identityHeaders(given: IncomingHttpHeaders, port: PortFact, peer: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && !IDENTITY.includes(name))
      headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return { ...headers, 'x-instance-id': port.deviceId, 'x-tenant-id': port.projectId, 'x-forwarded-for': peer };
}

/** Null: not a path that could name a document (`..` may not climb out of an instance's directory). */
export function normalisePath(url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url.replace(/^\/+/, '/'), 'http://metadata').pathname).replace(
      /\/{2,}/g,
      '/',
    );
    return path.includes('\0') || path.split('/').includes('..') ? null : path;
  } catch {
    // A malformed escape: the guest's mistake, to be answered as such.
    return null;
  }
}
