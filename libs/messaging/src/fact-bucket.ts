import { type JetStreamClient, type KV, type NatsConnection, StorageType } from 'nats';
import { FACTS_BUCKET as BUCKET, type Fact } from '@weft/contracts';
import { ensureStreams } from './streams';

/** Where a fact is published: the KV bucket's own subject, so that the outbox relay needs no second way to publish. */
export const FACT_SUBJECT = (key: string): string => `$KV.${BUCKET}.${key}`;

export interface FactEntry {
  readonly key: string;
  readonly fact: Fact;
  /** When the bucket stored it. */
  readonly at: Date;
  /** Of the value in the bucket. */
  readonly revision: number;
}

/** A fact as the bucket has it. */
export type StoredFact = Fact & Pick<FactEntry, 'at' | 'revision'>;

const encoder = new TextEncoder();

/** The FACTS bucket: one value per key, the last written stays. */
export class FactBucket {
  private readonly jetstream: JetStreamClient;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly replicas: number,
  ) {
    this.jetstream = connection.jetstream();
  }

  static async open(connection: NatsConnection, replicas = 1): Promise<FactBucket> {
    const bucket = new FactBucket(connection, replicas);
    await bucket.ensure();
    return bucket;
  }

  /** Creates missing streams, the bucket's and that of events: a broker that lost its disk comes back without them. */
  async ensure(): Promise<void> {
    await ensureStreams(this.connection, this.replicas);
    await this.kv();
  }

  /** Creates the bucket if it is missing: a broker that lost its disk comes back empty, and must recover by itself. */
  private kv(): Promise<KV> {
    return this.jetstream.views.kv(BUCKET, { history: 1, storage: StorageType.File, replicas: this.replicas });
  }

  async put(key: string, fact: Fact): Promise<void> {
    await this.jetstream.publish(FACT_SUBJECT(key), encoder.encode(JSON.stringify(fact)));
  }

  /** Removes a key's value of this revision without a trace: only for tombstones that every follower has received. */
  async purge(key: string, revision: number): Promise<void> {
    const manager = await this.connection.jetstreamManager();
    await manager.streams.purge(`KV_${BUCKET}`, { filter: FACT_SUBJECT(key), seq: revision + 1 });
  }

  /** Everything in the bucket now. */
  async load(): Promise<Map<string, StoredFact>> {
    const facts = new Map<string, StoredFact>();
    const watch = await this.follow(({ key, fact, at, revision }) => facts.set(key, { ...fact, at, revision }));
    await watch.loaded;
    watch.stop();
    return facts;
  }

  /**
   * Follows the bucket from its first value: `loaded` resolves once every value that existed has been delivered. The consumer is
   * ordered: a gap makes it start again from where it was, so each key's last value always arrives.
   */
  async follow(
    onEntry: (entry: FactEntry) => void,
    onEnd: (error?: unknown) => void = () => undefined,
  ): Promise<{ readonly loaded: Promise<void>; stop(): void }> {
    let loaded!: () => void;
    let failed!: (error: unknown) => void;
    const isLoaded = new Promise<void>((resolve, reject) => ((loaded = resolve), (failed = reject)));
    isLoaded.catch(() => undefined);
    const watcher = await (await this.kv()).watch({ initializedFn: () => loaded() });
    void (async () => {
      try {
        for await (const entry of watcher) {
          if (entry.operation === 'PUT')
            onEntry({ key: entry.key, fact: entry.json<Fact>(), at: entry.created, revision: entry.revision });
        }
        failed(new Error('the bucket was closed while it was read'));
        onEnd();
      } catch (error) {
        failed(error);
        onEnd(error);
      }
    })();
    return { loaded: isLoaded, stop: () => watcher.stop() };
  }
}
