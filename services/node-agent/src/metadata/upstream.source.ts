import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { logger } from '@weft/telemetry';
import type { MetadataRequest, MetadataSource } from './metadata.source';
import { send } from './metadata.source';

const log = logger('metadata');

export interface MetadataUpstream {
  /** http or https; a path in it goes before each request's. */
  readonly url: URL;
  /** Shared with the metadata API: `[neutron] metadata_proxy_shared_secret` of Nova. */
  readonly secret: string;
  /** How long it may take to answer, and to go silent within an answer, ms. */
  readonly timeoutMs: number;
}

/** Bytes that a guest may send with one request (a password, a boot report). */
const MAX_BODY = 1024 * 1024;
const MAX_SOCKETS = 64;
/** RFC 9110, 7.6.1: of one connection, not of the message. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** What makes an instance's identity worth believing: Nova computes the same from the header and the secret. */
export const signatureOf = (instance: string, secret: string): string =>
  createHmac('sha256', secret).update(instance).digest('hex');

/** Hands requests on to a metadata API, signed, and its answers back, as they come. */
export class UpstreamSource implements MetadataSource {
  private readonly agent: HttpAgent;
  private readonly request: typeof httpRequest;

  constructor(private readonly upstream: MetadataUpstream) {
    const isTls = upstream.url.protocol === 'https:';
    this.request = isTls ? httpsRequest : httpRequest;
    this.agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: MAX_SOCKETS });
  }

  answer(request: MetadataRequest, response: ServerResponse): Promise<void> {
    const { body, headers, method, port, target } = request;
    const { secret, timeoutMs, url } = this.upstream;
    if (Number(headers['content-length'] ?? 0) > MAX_BODY) {
      body.resume();
      send(response, 413, 'Content Too Large\n');
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const outgoing = this.request({
        ...{ protocol: url.protocol, hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port },
        ...{ method, path: url.pathname.replace(/\/$/, '') + target.raw, agent: this.agent },
        headers: { ...headers, 'x-instance-id-signature': signatureOf(port.deviceId, secret) },
      });
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      response.once('close', () => {
        clearTimeout(timer);
        // A guest that has gone away waits for nothing.
        if (!response.writableFinished) outgoing.destroy();
        resolve();
      });
      outgoing.once('response', (incoming) => {
        clearTimeout(timer);
        if (incoming.statusCode === 403)
          log.warn(
            { instance: port.deviceId },
            'the metadata API refuses the signature: are the shared secrets the same?',
          );
        incoming.setTimeout(timeoutMs, () => incoming.destroy(new Error(`silent for ${timeoutMs} ms`)));
        response.writeHead(incoming.statusCode as number, passed(incoming.headers));
        pipeline(incoming, response, (error) => {
          if (error && !response.closed) log.warn({ err: error, instance: port.deviceId }, 'an answer broke off');
        });
      });
      outgoing.on('error', (error) => {
        clearTimeout(timer);
        if (response.closed || response.writableEnded) return;
        log.warn({ err: error, instance: port.deviceId }, 'the metadata API did not answer');
        send(response, late ? 504 : 502, late ? 'Gateway Timeout\n' : 'Bad Gateway\n');
      });
      forward(body, outgoing, () => {
        send(response, 413, 'Content Too Large\n');
        outgoing.destroy();
      });
    });
  }
}

const passed = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));

/** The guest's body, as it comes and no faster than it is taken; not by `pipe`, as a failure must leave the guest's connection open. */
function forward(body: IncomingMessage, outgoing: ClientRequest, onTooLarge: () => void): void {
  let size = 0;
  body.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // What comes after a failure is read and dropped: the answer waits behind it.
    if (outgoing.destroyed) return;
    if (size > MAX_BODY) return onTooLarge();
    if (outgoing.write(chunk)) return;
    body.pause();
  });
  const go = () => body.resume();
  outgoing.on('drain', go).once('close', go);
  body.once('end', () => {
    if (!outgoing.destroyed) outgoing.end();
  });
}
