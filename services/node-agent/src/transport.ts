import type { Messaging, Responder } from '@weft/messaging';

/** What the agent needs of the broker. Many simulated agents may share one connection. */
export type AgentTransport = Pick<Messaging, 'request' | 'publish' | 'listen'>;

const DEFAULT_DEADLINE_MS = 10_000;

/**
 * A transport over a connection which is still being made, for as long as it takes: a node must be able to restore itself
 * while its control plane is away. Until then requests fail at their deadline, publications are dropped (heartbeats
 * come again) and listeners wait.
 */
export function lateTransport(connecting: Promise<AgentTransport>): AgentTransport {
  let connected: AgentTransport | null = null;
  void connecting.then((transport) => (connected = transport));
  return {
    async request<T>(...[subject, body, options]: Parameters<AgentTransport['request']>): Promise<T> {
      const transport = connected ?? (await within(connecting, options?.deadlineMs ?? DEFAULT_DEADLINE_MS));
      return transport.request<T>(subject, body, options);
    },
    publish: (subject, body) => connected?.publish(subject, body),
    listen(subject, listener): Responder {
      if (connected) return connected.listen(subject, listener);
      let stopped = false;
      let responder: Responder | null = null;
      void connecting.then((transport) => {
        if (!stopped) responder = transport.listen(subject, listener);
      });
      return {
        stop: async () => {
          stopped = true;
          await responder?.stop();
        },
      };
    },
  };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no connection to the broker within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
