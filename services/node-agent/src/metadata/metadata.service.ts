import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PortFact } from '@weft/contracts';
import { canonicalIp, eui64, formatIp } from '@weft/net';
import { logger } from '@weft/telemetry';
import type { FactStore } from '../state/fact.store';
import type { MetadataSource } from './metadata.source';
import { identityHeaders, normalisePath } from './metadata.source';

const log = logger('metadata');

/** Who asks is known by the network in whose namespace the connection came in and by the address that it came from. */
export class MetadataService {
  constructor(
    private readonly store: FactStore,
    private readonly source: MetadataSource,
  ) {}

  readonly handle = (network: string, peer: string, request: IncomingMessage, response: ServerResponse): void => {
    void this.respond(network, peer, request, response).catch((error: unknown) => {
      log.error({ err: error, network, peer }, 'metadata request failed');
      send(response, 500, 'text/plain', 'Internal Server Error\n');
    });
  };

  private async respond(
    network: string,
    peer: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    // What a guest sends is not needed; unread it would stall a kept-alive connection.
    request.resume();
    const port = this.portOf(network, canonicalIp(peer));
    const path = normalisePath(request.url ?? '/');
    if (!port) return send(response, 404, 'text/plain', 'Not Found\n');
    if (path === null) return send(response, 400, 'text/plain', 'Bad Request\n');
    const headers = identityHeaders(request.headers, port, peer);
    const answer = await this.source.answer({ method: request.method ?? 'GET', path, headers, port });
    send(response, answer.status, answer.contentType, answer.body);
  }

  private portOf(network: string, ip: string): PortFact | null {
    for (const { value: port } of this.store.view(network).ports.values()) {
      if (!port) continue;
      if (port.addresses.some((address) => canonicalIp(address.ip) === ip) || linkLocal(port.mac) === ip) return port;
    }
    return null;
  }
}

/** The address that an instance makes itself from its MAC (RFC 4291, appendix A): it asks from it before it has another. */
const linkLocal = (mac: string): string => formatIp({ version: 6, value: (0xfe80n << 112n) | eui64(mac) });

function send(response: ServerResponse, status: number, contentType: string, body: string | Buffer): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }).end(body);
}
