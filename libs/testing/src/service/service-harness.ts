import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { type CreateRequest, type HealthReply, type Json, serviceSubject } from '@weft/contracts';
import { connectMessaging, FactBucket, Messaging } from '@weft/messaging';
import { Database } from '@weft/persistence';
import { HealthService, type ServiceOptions, startService } from '@weft/service-kit';
import { startTelemetry } from '@weft/telemetry';
import { admin, tenant } from './callers';
import { defaultsOf } from './defaults';
import { TestServers } from './test-servers';
import { waitUntil } from '../wait-until';

/** An object of the API, or what a client says of one. */
export type Body = Record<string, Json>;

/**
 * A running service on private servers, and a client that speaks to it as the gateway does: as a member of a project, unless told
 * otherwise. Each service adds its own words, and who stands in the place of its neighbours.
 */
export abstract class ServiceHarness {
  /** As its process runs it. */
  protected abstract readonly service: ServiceOptions;
  /** What of it is under quota → the rows that count: `port WHERE counted`. */
  protected abstract readonly counted: Readonly<Record<string, string>>;
  private readonly apps: INestApplicationContext[] = [];

  constructor(
    readonly servers: TestServers,
    readonly messaging: Messaging,
    readonly facts: FactBucket,
  ) {}

  static async start<H extends ServiceHarness>(
    this: new (...ground: ConstructorParameters<typeof ServiceHarness>) => H,
    { replicas = 1, privatePostgres = false }: { readonly replicas?: number; readonly privatePostgres?: boolean } = {},
  ): Promise<H> {
    const servers = await TestServers.start({ privatePostgres });
    const messaging = new Messaging(await connectMessaging({ url: servers.nats.url, name: 'test' }));
    const harness = new this(servers, messaging, await FactBucket.open(messaging.connection));
    await harness.launch(replicas);
    return harness;
  }

  async stop(): Promise<void> {
    for (const app of this.apps) await app.close();
    await this.messaging.close();
    await this.servers.stop();
  }

  /** Of the first replica. */
  get database(): Database {
    return this.apps[0]!.get(Database);
  }

  /** What the first replica says of itself. */
  health(): Promise<HealthReply> {
    return this.apps[0]!.get(HealthService).reply();
  }

  /** @param parentId of a sub-resource */
  async create(collection: string, item: Body, ctx = tenant(), parentId?: string): Promise<Body> {
    return (await this.createAll(collection, [item], ctx, parentId))[0]!;
  }

  async createAll(collection: string, items: readonly Body[], ctx = tenant(), parentId?: string): Promise<Body[]> {
    const added = { ...defaultsOf(collection), project_id: ctx.projectId, tenant_id: ctx.projectId };
    const request: CreateRequest = {
      ctx,
      ...(parentId !== undefined && { parentId }),
      items: items.map((item) => ({ ...added, ...item })),
      explicit: items.map((item) => Object.keys(item)),
      bulk: true,
    };
    return (await this.call<{ body: Body[] }>(collection, 'create', request)).body;
  }

  /** As the administrator, who sees every attribute, unless told otherwise. */
  async show(collection: string, id: string, ctx = admin()): Promise<Body> {
    return (await this.call<{ body: Body }>(collection, 'show', { ctx, id })).body;
  }

  async update(collection: string, id: string, changes: Body, ctx = tenant()): Promise<Body> {
    return (await this.call<{ body: Body }>(collection, 'update', { ctx, id, changes })).body;
  }

  delete(collection: string, id: string, ctx = tenant()): Promise<unknown> {
    return this.call(collection, 'delete', { ctx, id });
  }

  /** All pages of a listing. */
  async list(collection: string, query: Body = {}, ctx = tenant(), parentId?: string): Promise<Body[]> {
    const subject = serviceSubject(this.service.name, collection, 'list');
    const request = { ctx, ...(parentId !== undefined && { parentId }), query: { filters: {}, sort: [], ...query } };
    const items: Body[] = [];
    let cursor: string | undefined;
    do {
      const answer = await this.messaging.requestRaw(subject, { ...request, ...(cursor && { cursor }) });
      const text = Buffer.from(answer).toString();
      const line = text.indexOf('\n');
      cursor = (JSON.parse(text.slice(0, line)) as { next?: string }).next;
      items.push(...(JSON.parse(`[${text.slice(line + 1)}]`) as Body[]));
    } while (cursor);
    return items;
  }

  call<T>(collection: string, operation: string, request: unknown): Promise<T> {
    return this.messaging.request<T>(serviceSubject(this.service.name, collection, operation), request);
  }

  /** Until a transaction waits for a lock of another: for tests of who comes between. */
  somebodyWaits(): Promise<void> {
    const text = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return waitUntil('a transaction waits', async () => (await this.database.query(text)).length > 0 || 'none does');
  }

  /** What is counted for quotas is what there is. @throws with what is not so */
  async expectUsageTrue(): Promise<void> {
    const counts = Object.entries(this.counted).map(
      ([resource, rows]) =>
        `SELECT project_id, '${resource}' AS resource, count(*) AS n FROM ${rows} GROUP BY project_id`,
    );
    const wrong = await this.database.query(`
      WITH there AS (${counts.join(' UNION ALL ')})
      SELECT project_id, resource, COALESCE(n, 0) AS there, used FROM there FULL JOIN quota_usage USING (project_id, resource)
      WHERE COALESCE(n, 0) <> COALESCE(used, 0)`);
    if (wrong.length > 0) throw new Error(`usage is not what there is: ${JSON.stringify(wrong)}`);
  }

  private async launch(replicas: number): Promise<void> {
    const { name, database } = this.service;
    if (database) process.env.WEFT_DATABASE_URL = await this.servers.database(database);
    process.env.WEFT_NATS_URL = this.servers.nats.url;
    // No quotas, except in tests of them.
    for (const resource of Object.keys(this.counted)) process.env[`WEFT_QUOTA_${resource.toUpperCase()}`] = '-1';
    await startTelemetry(`${name}-test`, '0');
    for (let i = 0; i < replicas; i++) this.apps.push(await startService(this.service, `${name}-${i}`, ['error']));
  }
}
