import type { Readable } from 'node:stream';

/** What goes back to the client. */
export interface Answer {
  readonly status: number;
  /** JSON as text or bytes, or a stream of it; absent: no body. */
  readonly body?: string | Uint8Array | Readable;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a write did, for the audit log. */
  readonly written?: Written;
}

/** JSON texts of an object; absent: unknown, or there was none. */
export interface Written {
  readonly before?: Buffer;
  readonly after?: Buffer;
}

export const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });
