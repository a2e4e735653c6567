import type {
  AttachRequest,
  DropBatch,
  RuleCountBatch,
  Fact,
  FactValue,
  Heartbeat,
  Report,
  ReportBatch,
  DriftReport,
} from '@weft/contracts';
import {
  COMMON_PREFIXES,
  assignmentPrefix,
  digestOf,
  feedSubject,
  interestsOf,
  parseFactKey,
  underPrefix,
} from '@weft/contracts';
import { connect } from 'nats';
import type { NatsConnection } from 'nats';

/** Facts in one message, at most. */
const PART = 1_000;

/**
 * A control plane in miniature: facts in memory, served by the feed's protocol over a real broker; reports, drift and heartbeats
 * collected. Enough to drive real agents, and able to be silent, forgetful and late.
 */
export class TestFeed {
  private readonly facts = new Map<string, Fact>();
  /** Those of the facts which may bring others. */
  private readonly asking = new Map<string, Fact>();
  private readonly sessions = new Map<string, { session: string; seq: number }>();
  private generation = 0;
  readonly reports = new Map<string, Report>();
  /** Every report batch, as it came. */
  readonly batches: ReportBatch[] = [];
  readonly drift: DriftReport[] = [];
  readonly drops: DropBatch[] = [];
  /** By their ids: a batch may come twice. */
  readonly ruleCounts = new Map<string, RuleCountBatch>();
  readonly heartbeats = new Map<string, Heartbeat>();
  /** Attachments, with what the agent said it holds. */
  readonly attachments: AttachRequest[] = [];
  /** False: reports are refused, as by a service that is down. */
  acceptReports = true;
  private pinging: NodeJS.Timeout | null = null;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly hosts: readonly string[],
  ) {}

  static async start(url: string, hosts: readonly string[]): Promise<TestFeed> {
    const feed = new TestFeed(await connect({ servers: url }), hosts);
    for (const host of hosts) feed.serve(host);
    feed.pinging = setInterval(() => feed.ping(), 1_000);
    return feed;
  }

  async stop(): Promise<void> {
    if (this.pinging) clearInterval(this.pinging);
    await this.connection.close();
  }

  /** Sets facts at one new generation and tells every agent whom they concern. */
  put(values: Record<string, FactValue | null>): number {
    const generation = ++this.generation;
    const before = new Map(this.hosts.map((host) => [host, this.prefixes(host)]));
    const changed = Object.entries(values).map(([key, value]) => [key, { generation, value }] as [string, Fact]);
    for (const [key, fact] of changed) {
      this.facts.set(key, fact);
      if (/^(host|group)\./.test(key)) this.asking.set(key, fact);
    }
    for (const host of this.hosts) this.tell(host, before.get(host) as string[], changed);
    return generation;
  }

  /** Loses the next message to this host, as a broker's restart would. */
  skip(host: string): void {
    const session = this.sessions.get(host);
    if (session) session.seq++;
  }

  report(host: string, component: Report['component'], port: string): Report | undefined {
    return this.reports.get(`${host}|${component}|${port}`);
  }

  private serve(host: string): void {
    this.respond(feedSubject.attach(host), (request: AttachRequest) => {
      this.attachments.push(request);
      this.sessions.set(host, { session: request.session, seq: 0 });
      setImmediate(() => this.snapshot(host, request.digest));
      return { session: request.session, feed: 'test' };
    });
    this.respond(`report.ipam.${host}`, (batch: ReportBatch) => {
      if (!this.acceptReports) return undefined;
      this.batches.push(batch);
      for (const report of batch.reports) this.reports.set(`${host}|${report.component}|${report.id}`, report);
      this.drift.push(...(batch.drift ?? []));
      return {};
    });
    this.respond(`drops.${host}`, (batch: DropBatch) => {
      if (!this.acceptReports) return undefined;
      this.drops.push(batch);
      return {};
    });
    this.respond(`report.fwaas.${host}`, (batch: RuleCountBatch) => {
      if (!this.acceptReports) return undefined;
      this.ruleCounts.set(batch.batch, batch);
      return {};
    });
    this.connection.subscribe(`heartbeat.${host}`, {
      callback: (_, message) => this.heartbeats.set(host, message.json<Heartbeat>()),
    });
  }

  private respond<T>(subject: string, answer: (request: T) => unknown): void {
    this.connection.subscribe(subject, {
      callback: (_, message) => {
        const reply = answer(message.json<T>());
        if (reply !== undefined) message.respond(JSON.stringify(reply));
      },
    });
  }

  private snapshot(host: string, digest: Readonly<Record<string, string>>): void {
    const prefixes = this.prefixes(host);
    const reset = prefixes.filter(
      (prefix) => digestOf(this.under([prefix]).map(([k, f]) => [k, f.generation])) !== digest[prefix],
    );
    const facts = this.under(reset);
    // In parts that fit the broker's messages.
    for (let from = 0; from === 0 || from < facts.length; from += PART)
      this.send(host, { kind: 'snapshot', reset: from === 0 ? reset : [], facts: facts.slice(from, from + PART) });
    this.send(host, { kind: 'synced', prefixes });
  }

  private tell(host: string, before: readonly string[], changed: readonly [string, Fact][]): void {
    const now = this.prefixes(host);
    const added = now.filter((prefix) => !before.includes(prefix));
    const drop = before.filter((prefix) => !now.includes(prefix));
    const facts = new Map(this.under(added));
    for (const [key, fact] of changed) if (now.some((prefix) => underPrefix(key, prefix))) facts.set(key, fact);
    if (facts.size + drop.length > 0) this.send(host, { kind: 'delta', drop, facts: [...facts] });
  }

  private prefixes(host: string): string[] {
    const prefixes = new Set([assignmentPrefix(host), ...COMMON_PREFIXES]);
    // A set takes in what is added to it while it is walked: interests of facts which interests bring.
    for (const prefix of prefixes)
      for (const [key, { value }] of this.asking) {
        const parsed = underPrefix(key, prefix) ? parseFactKey(key) : null;
        if (parsed && value) for (const interest of interestsOf(parsed, value)) prefixes.add(interest);
      }
    return [...prefixes];
  }

  private under(prefixes: readonly string[]): [string, Fact][] {
    return [...this.facts].filter(
      ([key, { value }]) => value !== null && prefixes.some((prefix) => underPrefix(key, prefix)),
    );
  }

  private send(host: string, message: object): void {
    const session = this.sessions.get(host);
    if (!session) return;
    session.seq++;
    this.publish(host, { ...message, session: session.session, seq: session.seq });
  }

  private ping(): void {
    for (const [host, { session, seq }] of this.sessions) this.publish(host, { kind: 'ping', session, seq });
  }

  private publish(host: string, message: object): void {
    this.connection.publish(feedSubject.node(host), JSON.stringify(message));
  }
}
