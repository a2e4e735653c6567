import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PortFact } from '@weft/contracts';
import { canonicalIp, eui64, formatIp } from '@weft/net';
import { logger } from '@weft/telemetry';
import type { NetworkIndex } from '../planners/network/network.index';
import type { MetadataSource } from './metadata.source';
import { identityHeaders, parseTarget, send } from './metadata.source';

const log = logger('metadata');

/** Requests of one instance that are worked on at a time: one that asks without end must not keep others from being served. */
export const MAX_IN_FLIGHT = 16;

/** Who asks is known by the network in whose namespace the connection came in and by the address that it came from. */
export class MetadataService {
  private readonly inFlight = new Map<string, number>();

  constructor(
    private readonly networks: Pick<NetworkIndex, 'view'>,
    private readonly source: MetadataSource,
  ) {}

  readonly handle = (network: string, peer: string, request: IncomingMessage, response: ServerResponse): void => {
    void this.respond(network, peer, request, response).catch((error: unknown) => {
      log.error({ err: error, network, peer }, 'metadata request failed');
      send(response, 500, 'Internal Server Error\n');
    });
  };

  private async respond(
    network: string,
    peer: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const port = this.portOf(network, canonicalIp(peer));
    const target = parseTarget(request.url ?? '/');
    if (!port || port.deviceId === '') return refuse(request, response, 404, 'Not Found\n');
    if (!target) return refuse(request, response, 400, 'Bad Request\n');
    if (!this.admit(port.id, response)) return refuse(request, response, 429, 'Too Many Requests\n');
    const headers = identityHeaders(request.headers, port, peer);
    await this.source.answer({ method: request.method ?? 'GET', target, headers, port, body: request }, response);
  }

  private admit(port: string, response: ServerResponse): boolean {
    const count = this.inFlight.get(port) ?? 0;
    if (count >= MAX_IN_FLIGHT) return false;
    this.inFlight.set(port, count + 1);
    response.once('close', () => {
      const left = (this.inFlight.get(port) ?? 1) - 1;
      if (left > 0) this.inFlight.set(port, left);
      else this.inFlight.delete(port);
    });
    return true;
  }

  private portOf(network: string, ip: string): PortFact | null {
    const own = (port: PortFact) =>
      port.addresses.some(
        (address) => address.ip === ip || (address.ip.includes(':') && canonicalIp(address.ip) === ip),
      );
    const isLinkLocal = ip.startsWith('fe80:');
    for (const { value: port } of this.networks.view(network).ports.values())
      if (port && (own(port) || (isLinkLocal && linkLocal(port.mac) === ip))) return port;
    return null;
  }
}

/** The address that an instance makes itself from its MAC (RFC 4291, appendix A): it asks from it before it has another. */
const linkLocal = (mac: string): string => formatIp({ version: 6, value: (0xfe80n << 112n) | eui64(mac) });

function refuse(request: IncomingMessage, response: ServerResponse, status: number, words: string): void {
  // Unread, what a guest sends would stall a kept-alive connection.
  request.resume();
  send(response, status, words);
}
