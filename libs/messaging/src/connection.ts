import { connect, type NatsConnection } from 'nats';
import { logger } from '@weft/telemetry';

const log = logger('nats');

export interface MessagingOptions {
  /** `nats://host:port[,nats://…]` */
  readonly url: string;
  /** Shown by the broker's monitoring. */
  readonly name: string;
}

/**
 * Connects for the life of the process: the first connection is waited for, a lost one is taken up again for ever. What was
 * in flight fails with a time-out and is retried by the caller; subscriptions come back by themselves.
 */
export async function connectMessaging(options: MessagingOptions): Promise<NatsConnection> {
  const connection = await connect({
    servers: options.url.split(','),
    name: options.name,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 100,
    // A broker that hangs without closing is noticed within two pings.
    pingInterval: 5_000,
    maxPingOut: 2,
    noEcho: false,
  });
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'pingTimer') continue;
      log.info({ event: status.type, data: String(status.data) }, 'connection to the broker changed');
    }
  })();
  return connection;
}
