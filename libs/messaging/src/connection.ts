import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectionOptions, ErrorCode, type NatsConnection, type NatsError, type Status } from 'nats';
import { logger } from '@weft/telemetry';

const log = logger('nats');

/** Where it is, or how to connect there (`brokerSettings`), and the name that the broker's monitoring shows. */
export type MessagingOptions = { readonly name: string } & (
  | {
      /** `nats://host:port[,nats://…]` */
      readonly url: string;
    }
  | { readonly broker: ConnectionOptions }
);

const RETRY_MS = 100;
/** Credentials that are refused are more than a broker that is late: they are tried again, but not in haste. */
const REFUSED_RETRY_MS = 1_000;

/**
 * Connects for the life of the process: the first connection is waited for, a lost one is taken up again for ever. What was
 * in flight fails with a time-out and is retried by the caller; subscriptions come back by themselves. A broker that refuses the
 * credentials is said once and asked again: they may be on their way to it.
 */
export async function connectMessaging(options: MessagingOptions): Promise<NatsConnection> {
  const where = 'broker' in options ? options.broker : { servers: options.url.split(',') };
  const connection = await untilConnected({
    ...where,
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    reconnectJitter: 100,
    ignoreAuthErrorAbort: true,
    // A broker that hangs without closing is noticed within two pings.
    pingInterval: 5_000,
    maxPingOut: 2,
    noEcho: false,
  });
  inboxPrefixes.set(connection, where.inboxPrefix);
  void (async () => {
    for await (const status of connection.status()) logStatus(status);
  })();
  return connection;
}

const inboxPrefixes = new WeakMap<NatsConnection, string | undefined>();
/** Under which its replies arrive; undefined: NATS's own, common to all. */
export const inboxPrefixOf = (connection: NatsConnection): string | undefined => inboxPrefixes.get(connection);

async function untilConnected(options: ConnectionOptions): Promise<NatsConnection> {
  let logged: string | undefined;
  for (;;) {
    try {
      return await connect(options);
    } catch (error) {
      const { code } = error as NatsError;
      if (HOPELESS.includes(code)) throw error;
      const refused = code === (ErrorCode.AuthorizationViolation as string);
      if (code !== logged && refused)
        log.error({ name: options.name }, 'the broker refuses these credentials, will retry');
      else if (code !== logged) log.warn({ err: error }, 'the broker cannot be reached, will retry');
      logged = code;
      await sleep(refused ? REFUSED_RETRY_MS : RETRY_MS);
    }
  }
}

/** Wrong settings: no later try can be otherwise. */
const HOPELESS: readonly string[] = [
  ErrorCode.BadAuthentication,
  ErrorCode.BadCreds,
  ErrorCode.InvalidOption,
  ErrorCode.ServerOptionNotAvailable,
];

function logStatus({ type, data, permissionContext }: Status): void {
  if (type === 'pingTimer') return;
  if (permissionContext) log.warn({ ...permissionContext }, 'permission denied by the broker');
  else
    log.info(
      { event: type, data: typeof data === 'object' ? JSON.stringify(data) : String(data) },
      'connection to the broker changed',
    );
}
