import type { Readable } from 'node:stream';

/** What goes back to the client. */
export interface Answer {
  readonly status: number;
  /** JSON as text or bytes, or a stream of it; absent: no body. */
  readonly body?: string | Uint8Array | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

export const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });
