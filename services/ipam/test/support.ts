import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Database } from '@weft/persistence';
import {
  type CreateRequest,
  type Heartbeat,
  heartbeatSubject,
  type Json,
  type RequestContext,
  serviceSubject,
} from '@weft/contracts';
import { startNats, startPostgres } from '@weft/lab';
import { connectMessaging, FactBucket, Messaging } from '@weft/messaging';
import { KitModule, Lifecycle } from '@weft/service-kit';
import { startTelemetry } from '@weft/telemetry';
import { ipam } from '../src';

export const ADMIN = 'a'.repeat(32);
export const TENANT = 'c'.repeat(32);
export const OTHER = 'd'.repeat(32);

export const context = (projectId: string, roles = ['member', 'reader']): RequestContext => {
  const id = `req-${randomUUID()}`;
  return { requestId: id, idempotencyKey: id, userId: 'u', projectId, roles };
};
export const admin = () => context(ADMIN, ['admin', 'manager', 'member', 'reader']);
export const tenant = () => context(TENANT);

type Body = Record<string, Json>;

const DEFAULTS: Record<string, Body> = {
  networks: { name: '', description: '', admin_state_up: true, shared: false, mtu: 0 },
  subnets: { name: '', description: '', enable_dhcp: true },
  ports: {
    name: '',
    description: '',
    admin_state_up: true,
    device_id: '',
    device_owner: '',
    'binding:vnic_type': 'normal',
    tags: [],
  },
};

/** A running ipam on private servers, and a client that speaks as the gateway does. */
export class Harness {
  private constructor(
    readonly messaging: Messaging,
    readonly facts: FactBucket,
    readonly database: Database,
    readonly servers: {
      postgres: Awaited<ReturnType<typeof startPostgres>>;
      nats: Awaited<ReturnType<typeof startNats>>;
    },
    private readonly apps: INestApplicationContext[],
    private readonly dir: string,
  ) {}

  static async start(replicas = 1): Promise<Harness> {
    const dir = mkdtempSync(join(tmpdir(), 'weft-ipam-'));
    const postgres = await startPostgres({ dir: join(dir, 'pg') });
    const nats = await startNats({ dir: join(dir, 'nats') });
    process.env.WEFT_DATABASE_URL = postgres.url;
    process.env.WEFT_NATS_URL = nats.url;
    await startTelemetry('ipam-test', '0');
    const apps = [];
    for (let i = 0; i < replicas; i++) apps.push(await startIpam(`ipam-${i}`));
    const messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'test' }));
    const facts = await FactBucket.open(messaging.connection);
    return new Harness(messaging, facts, apps[0]!.get(Database), { postgres, nats }, apps, dir);
  }

  async stop(): Promise<void> {
    await this.messaging.close();
    for (const app of this.apps) {
      await app.get(Lifecycle).stop();
      await app.close();
    }
    await this.servers.nats.stop();
    await this.servers.postgres.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Ends the broker without notice and starts it again, on request with nothing left of what it kept. */
  async restartNats({ wiped }: { wiped: boolean }): Promise<void> {
    const dir = join(this.dir, 'nats');
    const { host, port } = this.servers.nats;
    process.kill(this.servers.nats.pid, 'SIGKILL');
    await this.servers.nats.exited;
    if (wiped) rmSync(join(dir, 'jetstream'), { recursive: true, force: true });
    this.servers.nats = await startNats({ dir, host, port });
  }

  /** Ends the database without notice and starts it again. */
  async killPostgres(): Promise<void> {
    const { port, pid } = this.servers.postgres;
    process.kill(pid, 'SIGKILL');
    await this.servers.postgres.exited;
    this.servers.postgres = await startPostgres({ dir: join(this.dir, 'pg'), port });
  }

  async create(collection: string, item: Body, ctx = tenant()): Promise<Body> {
    return (await this.createAll(collection, [item], ctx))[0]!;
  }

  async createAll(collection: string, items: readonly Body[], ctx = tenant()): Promise<Body[]> {
    const request: CreateRequest = {
      ctx,
      items: items.map((item) => ({
        ...DEFAULTS[collection],
        project_id: ctx.projectId,
        tenant_id: ctx.projectId,
        ...item,
      })),
      explicit: items.map((item) => Object.keys(item)),
      bulk: true,
    };
    return (await this.call<{ body: Body[] }>(collection, 'create', request)).body;
  }

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
  async list(collection: string, query: Body = {}, ctx = tenant()): Promise<Body[]> {
    const items: Body[] = [];
    let cursor: string | undefined;
    do {
      const request = { ctx, query: { filters: {}, sort: [], ...query }, ...(cursor && { cursor }) };
      const text = Buffer.from(
        await this.messaging.requestRaw(serviceSubject('ipam', collection, 'list'), request),
      ).toString();
      const line = text.indexOf('\n');
      cursor = (JSON.parse(text.slice(0, line)) as { next?: string }).next;
      items.push(...(JSON.parse(`[${text.slice(line + 1)}]`) as Body[]));
    } while (cursor);
    return items;
  }

  call<T>(collection: string, operation: string, request: unknown): Promise<T> {
    return this.messaging.request<T>(serviceSubject('ipam', collection, operation), request);
  }

  /**
   * Every address of every pool is free exactly once or given out, and ports say of their addresses what the constraint says.
   * @throws with what is not so
   */
  async expectPoolsWhole(): Promise<void> {
    const wrong = await this.database.query<{ subnet: string; what: string }>(`
      WITH pool AS (
        SELECT s.id AS subnet, host(s.cidr) AS base, (p->>'start')::inet - network(s.cidr)::inet AS first,
          (p->>'end')::inet - network(s.cidr)::inet AS last
        FROM subnet s, jsonb_array_elements(s.allocation_pools) p WHERE s.ip_version = 4),
      wanted AS (SELECT subnet, n FROM pool, generate_series(first, last) n WHERE last - first < 70000),
      offset_of AS (SELECT s.id AS subnet, (network(s.cidr)::inet - '0.0.0.0'::inet)::numeric AS zero FROM subnet s WHERE s.ip_version = 4),
      free AS (SELECT o.subnet, g - o.zero AS n FROM free_range f JOIN offset_of o ON o.subnet = f.pool,
        generate_series(f.first, f.last) g WHERE f.last - f.first < 70000),
      used AS (SELECT o.subnet, a.ip - o.zero AS n FROM ip_allocation a JOIN offset_of o ON o.subnet = a.subnet_id),
      held AS (SELECT subnet, n, count(*) AS times FROM (SELECT * FROM free UNION ALL SELECT * FROM used) h GROUP BY 1, 2)
      SELECT subnet, n || ' is held ' || times || ' times' AS what FROM held WHERE times > 1
      UNION ALL SELECT w.subnet, w.n || ' is lost' FROM wanted w LEFT JOIN held h USING (subnet, n) WHERE h.n IS NULL
      UNION ALL SELECT f.subnet, f.n || ' is free outside of the pool' FROM free f LEFT JOIN wanted w USING (subnet, n) WHERE w.n IS NULL`);
    if (wrong.length > 0) throw new Error(`pools are not whole: ${JSON.stringify(wrong.slice(0, 10))}`);
    const differing = await this.database.query(`
      SELECT p.id FROM port p WHERE jsonb_array_length(p.fixed_ips) <> (SELECT count(*) FROM ip_allocation a WHERE a.port_id = p.id)`);
    if (differing.length > 0) throw new Error(`ports differ from their allocations: ${JSON.stringify(differing)}`);
  }

  /** Makes a node known and alive. */
  async node(host: string, tunnelIp = '10.0.0.1'): Promise<void> {
    const heartbeat: Heartbeat = {
      host,
      version: '0',
      startedAt: new Date().toISOString(),
      tunnelIp,
      bridgeMappings: {},
      roles: ['l2', 'dhcp', 'metadata'],
      availabilityZone: 'nova',
      inSync: true,
      counts: {},
    };
    this.messaging.publish(heartbeatSubject(host), heartbeat);
    await eventually(async () => (await this.list('agents', { filters: { host: [host] } }, admin())).length === 3);
  }
}

async function startIpam(instance: string): Promise<INestApplicationContext> {
  class Root {}
  Module({ imports: [KitModule.forService({ ...ipam, instance }), ipam.module] })(Root);
  return NestFactory.createApplicationContext(Root, { logger: ['error'], abortOnError: false });
}

/** Waits for a condition. @throws with the last failure when it does not come about */
export async function eventually(condition: () => Promise<boolean | void>, milliseconds = 10_000): Promise<void> {
  const until = Date.now() + milliseconds;
  for (;;) {
    let failure: unknown = new Error('the condition did not come about');
    try {
      if ((await condition()) !== false) return;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > until) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
