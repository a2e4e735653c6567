import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { listenInNetns } from '@weft/dataplane';
import type { Clock } from '@weft/reconcile';
import { Backoff } from '@weft/reconcile';

/** Answers one request that came from `peer` in a network. */
export type MetadataHandler = (
  network: string,
  peer: string,
  request: IncomingMessage,
  response: ServerResponse,
) => void;

const PORT = 80;
const FAMILIES = [4, 6] as const;
/** A guest that opens connections and says nothing must not hold them for ever, ms. */
const IDLE_MS = 10_000;

/** Of one network and family: a network full of guests that boot at once, and no more of the agent's descriptors. */
const MAX_CONNECTIONS = 1_024;

interface Endpoint {
  readonly namespace: string;
  readonly servers: readonly Server[];
}

/**
 * The metadata address inside each DHCP namespace: sockets opened there, served by this one process. The sockets die with the
 * agent (metadata is asked for at boot and asked for again), so that there is nothing to adopt and nothing to leave behind.
 */
export class MetadataEndpoints {
  private readonly desired = new Map<string, string>();
  private readonly open = new Map<string, Endpoint>();
  private readonly failures: Backoff;

  constructor(
    private readonly handler: MetadataHandler,
    clock: Clock,
  ) {
    this.failures = new Backoff(clock);
  }

  setDesired(network: string, namespace: string | null): void {
    if (namespace) this.desired.set(network, namespace);
    else this.desired.delete(network);
  }

  /**
   * @param ready whether a namespace is there, with its addresses.
   * @returns 0: a listening socket is no kernel object that outlives us.
   */
  applyUpdates(ready: (namespace: string) => boolean): number {
    for (const [network, namespace] of this.desired) {
      if (!ready(namespace)) {
        // The namespace was lost: the sockets of the old one serve nobody and keep it alive.
        this.shut(network);
        continue;
      }
      if (this.open.has(network) || !this.failures.ready(network)) continue;
      try {
        this.open.set(network, {
          namespace,
          servers: FAMILIES.map((family) => this.listen(network, namespace, family)),
        });
        this.failures.forget(network);
      } catch (error) {
        this.failures.failed(network, error as Error);
      }
    }
    return 0;
  }

  applyDeletes(): number {
    for (const network of [...this.open.keys()]) if (!this.desired.has(network)) this.shut(network);
    return 0;
  }

  isOpen(network: string): boolean {
    return this.open.has(network);
  }

  nextRetryAt(): number | null {
    return this.failures.nextRetryAt();
  }

  close(): void {
    for (const network of [...this.open.keys()]) this.shut(network);
  }

  private listen(network: string, namespace: string, family: 4 | 6): Server {
    const server = createServer({ requestTimeout: IDLE_MS, headersTimeout: IDLE_MS }, (request, response) => {
      const peer = request.socket.remoteAddress;
      if (peer) this.handler(network, peer.replace(/%.*$/, ''), request, response);
      else response.destroy();
    });
    server.keepAliveTimeout = IDLE_MS;
    server.maxConnections = MAX_CONNECTIONS;
    server.on('error', (error) => {
      this.failures.failed(network, error);
      this.shut(network);
    });
    server.listen({ fd: listenInNetns(namespace, family, PORT) });
    return server;
  }

  private shut(network: string): void {
    const endpoint = this.open.get(network);
    this.open.delete(network);
    for (const server of endpoint?.servers ?? []) {
      server.close();
      server.closeAllConnections();
    }
  }
}
