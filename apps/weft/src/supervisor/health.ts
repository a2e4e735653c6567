import { HEALTH_SUBJECT, type HealthReply, inboxOf } from '@weft/contracts';
import type { BrokerCredentials } from '@weft/lab';
import { brokerSettings } from '@weft/messaging';
import { ErrorCode, NatsError, connect, createInbox } from 'nats';
import type { NatsConnection } from 'nats';

/** Asks the whole cloud how it is. The connection fails at once when there is no broker. */
export class CloudHealth {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly inboxPrefix: string,
  ) {}

  /** @param credentials null: none are needed */
  static async connect(natsUrl: string, credentials: BrokerCredentials | null): Promise<CloudHealth> {
    const user = { role: 'operator' } as const;
    const seed = credentials?.seedFile(user);
    const broker = brokerSettings({ ...process.env, WEFT_NATS_URL: natsUrl, WEFT_NATS_SEED_FILE: seed }, user);
    const patience = { timeout: 3_000, maxReconnectAttempts: -1, reconnectTimeWait: 200 };
    return new CloudHealth(await connect({ ...broker, ...patience, name: 'weft' }), inboxOf(user));
  }

  /**
   * Every answer that comes within `withinMs`. Returns earlier when `enough` says so: how many there will be is not known.
   */
  async ask(
    withinMs = 1_000,
    enough: (answers: readonly HealthReply[]) => boolean = () => false,
  ): Promise<HealthReply[]> {
    const answers: HealthReply[] = [];
    const inbox = createInbox(this.inboxPrefix);
    const subscription = this.connection.subscribe(inbox);
    const timer = setTimeout(() => subscription.unsubscribe(), withinMs);
    this.connection.publish(HEALTH_SUBJECT, undefined, { reply: inbox });
    for await (const message of subscription) {
      // No responders.
      if (message.headers?.code === 503) break;
      // A sign of work, not yet the answer.
      if (message.data.length === 0) continue;
      answers.push(message.json<HealthReply>());
      if (enough(answers)) break;
    }
    clearTimeout(timer);
    return answers;
  }

  /** Whether the broker answers JetStream requests: without it every service would end with a bare `503`. */
  async hasJetStream(): Promise<boolean> {
    try {
      await this.connection.jetstreamManager();
      return true;
    } catch (error) {
      if (error instanceof NatsError && error.code === String(ErrorCode.JetStreamNotEnabled)) return false;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** Whom a cloud must hear from: `api-gateway`, `node-agent@host1` … */
export const keyOf = (health: Pick<HealthReply, 'service' | 'host'>): string =>
  health.service === 'node-agent' ? `node-agent@${health.host ?? '?'}` : health.service;

/** What is still missing, as a person would say it; empty: all is healthy. */
export function whatIsMissing(expected: readonly string[], answers: readonly HealthReply[]): string[] {
  return expected.flatMap((key) => {
    const replies = answers.filter((answer) => keyOf(answer) === key);
    if (replies.length === 0) return [`${key} does not answer`];
    if (replies.some(({ healthy }) => healthy)) return [];
    const failed = replies.flatMap(({ checks }) => checks).filter(({ ok }) => !ok);
    return [
      `${key}: ${failed.map(({ name, text }) => (text ? `${name} (${text})` : name)).join(', ') || 'not healthy'}`,
    ];
  });
}
