import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  type AttachReply,
  type AttachRequest,
  type Fact,
  FEED_PING_MS,
  FEED_SESSION_MS,
  type FeedRenewal,
  scopeOf,
} from '@weft/contracts';
import { FactBucket, type FactEntry, Messaging } from '@weft/messaging';
import { HealthService } from '@weft/service-kit';
import { currentTraceparent, logger, span } from '@weft/telemetry';
import { FactStore } from './fact-store';
import { Interests } from './interests';
import { NodeSession } from './node-session';

const log = logger('feed');

/** Tells feeds apart in logs. */
const NAME = `node-feed-${process.pid}`;

/**
 * Turns the one stream of facts into each node's own: holds all facts in memory, derives what a node needs from its assignments, and
 * sends it the difference to what it has, then each change. Any number of feeds run; a node attaches to any.
 */
@Injectable()
export class FeedService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly store = new FactStore();
  /** Host → its session here. */
  private readonly sessions = new Map<string, NodeSession>();
  /** Scope → sessions that follow it. */
  private readonly followers = new Map<string, Set<NodeSession>>();
  private timer: NodeJS.Timeout | undefined;
  private watch: { stop(): void } | undefined;
  private stopping = false;
  private followingAgain = false;
  loaded = false;

  constructor(
    private readonly bucket: FactBucket,
    private readonly messaging: Messaging,
    health: HealthService,
  ) {
    health.register('facts', () => ({ ok: this.loaded, text: this.loaded ? this.summary : 'facts are being loaded' }));
  }

  /** Nodes are served once all facts are loaded: a feed with half of them would take networks away from nodes. */
  async onApplicationBootstrap(): Promise<void> {
    await this.follow();
    this.messaging.onReconnect(() => void this.followAgain());
    this.timer = setInterval(() => this.tick(), FEED_PING_MS / 2);
  }

  onModuleDestroy(): void {
    this.stopping = true;
    clearInterval(this.timer);
    this.watch?.stop();
  }

  get summary(): string {
    return `${this.store.size} facts, ${this.sessions.size} nodes`;
  }

  private async follow(): Promise<void> {
    this.watch?.stop();
    const watch = await this.bucket.follow(
      (entry) => void this.change(entry),
      (error) => {
        // Ended by us, or followed anew meanwhile.
        if (this.stopping || this.watch !== watch) return;
        log.warn({ err: error }, 'the bucket is followed again');
        void this.followAgain();
      },
    );
    this.watch = watch;
    await watch.loaded;
    this.loaded = true;
    log.info({ facts: this.store.size }, 'facts loaded');
  }

  /** After a reconnect everything is heard again: what is known already says nothing new. */
  private async followAgain(): Promise<void> {
    // A lost connection is heard of twice: by itself, and by the end of what was followed.
    if (this.followingAgain) return;
    this.followingAgain = true;
    while (!this.stopping) {
      try {
        await this.follow();
        this.followingAgain = false;
        return;
      } catch (error) {
        log.warn({ err: error }, 'the bucket cannot be followed yet');
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  private async change({ key, fact }: FactEntry): Promise<void> {
    if (!this.store.apply(key, fact)) return;
    const scope = scopeOf(key);
    const followers = this.followers.get(scope);
    if (!followers || followers.size === 0) return;
    await span(
      'feed change',
      { ...(fact.trace && { parent: fact.trace }), attributes: { 'weft.fact': key, 'weft.nodes': followers.size } },
      async () => {
        const trace = currentTraceparent();
        const passed: Fact = { ...fact, ...(trace && { trace }) };
        for (const session of followers) this.pass(session, key, passed);
      },
    );
  }

  /** With a fact go along the facts of what it makes the node need. */
  private pass(session: NodeSession, key: string, fact: Fact): void {
    const { come, gone } = session.interests.update(key, fact);
    for (const scope of gone) this.followers.get(scope)?.delete(session);
    for (const scope of come) this.follower(scope).add(session);
    session.enqueue([[key, fact], ...come.flatMap((scope) => [...this.store.of(scope)])], gone);
  }

  attach({ host, session: id, digest }: AttachRequest): AttachReply {
    this.detach(host);
    const interests = new Interests(host, (scope) => this.store.of(scope));
    const session = new NodeSession(host, id, interests, this.messaging);
    this.sessions.set(host, session);
    const scopes = interests.scopes;
    for (const scope of scopes) this.follower(scope).add(session);
    const different = scopes.filter((scope) => digest[scope] !== this.store.digest(scope));
    session.snapshot(different.map((name) => ({ name, facts: this.store.of(name) })));
    log.info({ host, scopes: scopes.length, sent: different.length }, 'node attached');
    return { session: id, feed: NAME };
  }

  renew({ host, session: id }: FeedRenewal): void {
    const session = this.sessions.get(host);
    if (!session) return;
    if (session.id === id) session.renewedAt = Date.now();
    // The node follows another feed now.
    else this.detach(host);
  }

  private detach(host: string): void {
    const session = this.sessions.get(host);
    if (!session) return;
    this.sessions.delete(host);
    for (const scope of session.interests.scopes) {
      const followers = this.followers.get(scope);
      followers?.delete(session);
      if (followers?.size === 0) this.followers.delete(scope);
    }
  }

  private follower(scope: string): Set<NodeSession> {
    const followers = this.followers.get(scope) ?? new Set();
    this.followers.set(scope, followers);
    return followers;
  }

  private tick(): void {
    const now = Date.now();
    for (const session of this.sessions.values()) {
      if (now - session.renewedAt > FEED_SESSION_MS) this.detach(session.host);
      else session.pingIfQuiet(FEED_PING_MS);
    }
    this.store.forgetOldDeletions(now);
  }
}
