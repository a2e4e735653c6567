import { Agent as HttpAgent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { KeystoneSettings } from './keystone.settings';

export interface KeystoneAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** No answer of Keystone that we ask for is longer. */
const MOST_BYTES = 1024 * 1024;
/** Questions under way at once; more wait. */
const MOST_SOCKETS = 32;
const PATIENCE_MS = 5_000;

/** Keystone's tokens over HTTP: connections are kept, answers are bounded in time and size. */
export class KeystoneClient {
  private readonly agent: HttpAgent;

  constructor(private readonly settings: KeystoneSettings) {
    const options = { keepAlive: true, maxSockets: MOST_SOCKETS };
    this.agent =
      settings.url.protocol === 'https:' ? new HttpsAgent({ ...options, ca: settings.ca }) : new HttpAgent(options);
  }

  /** @throws Error when there is no whole answer */
  tokens(method: 'GET' | 'POST', headers: Readonly<Record<string, string>>, body?: unknown): Promise<KeystoneAnswer> {
    const base = this.settings.url.href.replace(/\/$/, '');
    const url = new URL(`${base}/v3/auth/tokens?nocatalog`);
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method,
        agent: this.agent,
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          accept: 'application/json',
          ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
          ...headers,
        },
      });
      request.once('error', reject);
      request.once('response', (response) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          parts.push(part);
          bytes += part.length;
          if (bytes > MOST_BYTES) response.destroy(new Error('the answer is too long'));
        });
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      request.end(payload);
    });
  }
}
