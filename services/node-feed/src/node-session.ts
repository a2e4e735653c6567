import { type Fact, type FeedMessage, feedSubject, scopeOf } from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import { instruments } from '@weft/telemetry';
import type { Interests } from './interests';

type Entry = readonly [key: string, fact: Fact];
type Body = FeedMessage extends infer M ? (M extends FeedMessage ? Omit<M, 'session' | 'seq'> : never) : never;

/** Bytes of facts in one message: far below the broker's limit, so that a large network never delays a small change for long. */
const MESSAGE_BYTES = 200_000;

/** One node's attachment: what it follows, and the numbered stream of messages to it. */
export class NodeSession {
  private seq = 0;
  private drops: string[] = [];
  private entries: Entry[] = [];
  private scheduled = false;
  private lastSent = 0;
  renewedAt = Date.now();

  constructor(
    readonly host: string,
    readonly id: string,
    readonly interests: Interests,
    private readonly messaging: Messaging,
  ) {}

  /** The snapshot: scopes that differ from what the node holds, whole; then the word that it is in sync. */
  snapshot(scopes: readonly { readonly name: string; readonly facts: ReadonlyMap<string, Fact> }[]): void {
    for (const { name, facts } of scopes) {
      const chunks = chunked([...facts]);
      chunks.forEach((chunk, i) => this.send({ kind: 'snapshot', reset: i === 0 ? [name] : [], facts: chunk }));
      if (chunks.length === 0) this.send({ kind: 'snapshot', reset: [name], facts: [] });
    }
    this.send({ kind: 'synced', prefixes: this.interests.scopes });
  }

  /** Queues a change; changes of the same turn of the event loop leave together. */
  enqueue(entries: readonly Entry[], drops: readonly string[] = []): void {
    // The node drops before it takes in: what is queued of a scope that goes must not come after.
    if (drops.length > 0) this.entries = this.entries.filter(([key]) => !drops.includes(scopeOf(key)));
    this.entries.push(...entries);
    this.drops.push(...drops);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Says that the feed lives, if it has said nothing else lately. */
  pingIfQuiet(quietMs: number): void {
    if (Date.now() - this.lastSent >= quietMs) this.publish({ kind: 'ping' });
  }

  private flush(): void {
    this.scheduled = false;
    const { entries, drops } = this;
    this.entries = [];
    this.drops = [];
    const chunks = chunked(entries);
    if (chunks.length === 0) chunks.push([]);
    chunks.forEach((facts, i) => this.send({ kind: 'delta', drop: i === 0 ? drops : [], facts }));
  }

  private send(body: Body): void {
    this.seq++;
    this.publish(body);
  }

  private publish(body: Body): void {
    this.lastSent = Date.now();
    this.messaging.publish(feedSubject.node(this.host), { session: this.id, seq: this.seq, ...body });
    instruments().feedFanout.add(1, { kind: body.kind });
  }
}

function chunked(entries: readonly Entry[]): Entry[][] {
  const chunks: Entry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const size = entry[0].length + JSON.stringify(entry[1]).length;
    if (bytes + size > MESSAGE_BYTES) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)!.push(entry);
    bytes += size;
  }
  return chunks;
}
