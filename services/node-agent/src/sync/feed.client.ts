import { randomUUID } from 'node:crypto';
import type { AttachReply, AttachRequest, Fact, FeedMessage } from '@weft/contracts';
import { FEED_RENEW_MS, FEED_SILENCE_MS, feedSubject } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import { logger } from '@weft/telemetry';
import type { AgentTransport } from '../transport';

const log = logger('feed');
const ATTACH_DEADLINE_MS = 3_000;
const RETRY_MS = { first: 50, most: 2_000 };

type FactEntry = readonly [key: string, fact: Fact];

/** Where the feed's word goes. All calls are synchronous. */
export interface FeedSink {
  /** What is held already, by prefix. */
  digests(): Readonly<Record<string, string>>;
  /** A complete state. */
  snapshot(reset: readonly string[], facts: readonly FactEntry[], prefixes: readonly string[]): void;
  delta(drop: readonly string[], facts: readonly FactEntry[]): void;
  /** True after a snapshot, false from a gap or silence until the next one. */
  inSync(inSync: boolean): void;
}

/**
 * Follows a node feed: attaches, takes the snapshot as one, then each numbered change. A gap or silence: attach again, saying
 * what is held, so that only the difference is sent. The state stays as it was meanwhile.
 */
export class FeedClient {
  private session = '';
  private lastSeq = 0;
  private staged: { reset: string[]; facts: FactEntry[] } | null = null;
  private attaching = false;
  private again = false;
  private failures = 0;
  private cancelSilence: (() => void) | null = null;
  private cancelRenew: (() => void) | null = null;
  private cancelRetry: (() => void) | null = null;
  private subscription: { stop(): Promise<void> } | null = null;
  private stopped = false;

  constructor(
    private readonly transport: AgentTransport,
    private readonly host: string,
    private readonly sink: FeedSink,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    this.subscription = this.transport.listen(feedSubject.node(this.host), (message) =>
      this.receive(message.json<FeedMessage>()),
    );
    this.renewEver();
    this.attach();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const cancel of [this.cancelSilence, this.cancelRenew, this.cancelRetry]) cancel?.();
    await this.subscription?.stop();
  }

  /** Starts a new session. While one attachment is under way, another is remembered and made after it. */
  attach(): void {
    if (this.stopped) return;
    if (this.attaching) {
      this.again = true;
      return;
    }
    this.cancelRetry?.();
    this.attaching = true;
    this.again = false;
    this.session = randomUUID();
    this.lastSeq = 0;
    this.staged = { reset: [], facts: [] };
    this.sink.inSync(false);
    const request: AttachRequest = { host: this.host, session: this.session, digest: this.sink.digests() };
    this.transport
      .request<AttachReply>(feedSubject.attach(this.host), request, { deadlineMs: ATTACH_DEADLINE_MS, retry: false })
      .then(
        (reply) => {
          log.info({ feed: reply.feed, session: reply.session }, 'attached');
          this.failures = 0;
          this.watchSilence();
        },
        (error: unknown) => this.retry(error),
      )
      .finally(() => {
        this.attaching = false;
        if (this.again) this.attach();
      });
  }

  private retry(error: unknown): void {
    if (this.stopped) return;
    const ceiling = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** this.failures++);
    // Said once for an outage, not at every try.
    if (this.failures === 1) log.warn({ err: error }, 'cannot attach to a feed, trying on');
    this.cancelRetry = this.clock.after(ceiling * (0.5 + this.random() / 2), () => this.attach());
  }

  private receive(message: FeedMessage): void {
    // The remains of an older session: its feed has not yet heard of the new one.
    if (message.session !== this.session || this.stopped) return;
    this.watchSilence();
    const expected = message.kind === 'ping' ? this.lastSeq : this.lastSeq + 1;
    if (message.seq !== expected) {
      log.warn({ expected, got: message.seq }, 'a message of the feed is missing, attaching again');
      this.attach();
      return;
    }
    this.lastSeq = message.seq;
    switch (message.kind) {
      case 'snapshot':
        this.staged?.reset.push(...message.reset);
        for (const fact of message.facts) this.staged?.facts.push(fact);
        return;
      case 'synced': {
        const { reset, facts } = this.staged ?? { reset: [], facts: [] };
        this.staged = null;
        this.sink.snapshot(reset, facts, message.prefixes);
        this.sink.inSync(true);
        return;
      }
      case 'delta':
        this.sink.delta(message.drop, message.facts);
        return;
      case 'ping':
    }
  }

  private watchSilence(): void {
    this.cancelSilence?.();
    this.cancelSilence = this.clock.after(FEED_SILENCE_MS, () => {
      log.warn('the feed is silent, attaching again');
      this.attach();
    });
  }

  private renewEver(): void {
    this.cancelRenew = this.clock.after(FEED_RENEW_MS, () => {
      if (this.session)
        this.transport.publish(feedSubject.renew(this.host), { host: this.host, session: this.session });
      this.renewEver();
    });
  }
}
