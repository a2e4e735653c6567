import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { type Driver, type DriverContext, IN_SYNC, listenInNetns, type ObjectState } from '@weft/dataplane';
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

/** Metadata is served for this network, in this namespace. */
export interface MetadataSpec {
  readonly network: string;
  readonly namespace: string;
}

interface Endpoint {
  readonly namespace: string;
  readonly servers: readonly Server[];
}

/**
 * The metadata address inside each DHCP namespace: sockets opened there, served by this one process. The sockets die with the
 * agent (metadata is asked for at boot and asked for again), so that there is nothing to adopt and nothing to leave behind.
 */
export class MetadataEndpoints implements Driver<MetadataSpec> {
  readonly kind = 'metadata';
  /** A listening socket is no kernel object that outlives the agent. */
  readonly writes = 0;
  /** By network, with the owner that desires it. */
  private readonly desired = new Map<string, { readonly owner: string; readonly namespace: string }>();
  private readonly open = new Map<string, Endpoint>();
  private readonly failures: Backoff;

  /** @param isReady whether a namespace is there, with its addresses */
  constructor(
    private readonly handler: MetadataHandler,
    context: DriverContext,
    private readonly isReady: (namespace: string) => boolean,
  ) {
    this.failures = new Backoff(context.clock);
  }

  setDesired(owner: string, specs: readonly MetadataSpec[]): void {
    for (const [network, desired] of this.desired) if (desired.owner === owner) this.desired.delete(network);
    for (const { network, namespace } of specs) this.desired.set(network, { owner, namespace });
  }

  /** Sockets are known, not read. */
  markDirty(): void {}

  resync(): readonly [] {
    return [];
  }

  applyUpdates(): number {
    for (const [network, { namespace }] of this.desired) {
      if (!this.isReady(namespace)) {
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

  stateOf(network: string): ObjectState {
    return this.open.has(network) ? IN_SYNC : { state: 'pending' };
  }

  /** Not a reason to call a node unhealthy: it follows the namespace. */
  readonly pending = 0;

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
