import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cidr, cidrsOf, without } from '@weft/net';
import { Database } from '@weft/persistence';
import {
  type CreateRequest,
  type HealthReply,
  type Heartbeat,
  heartbeatSubject,
  type Json,
  type RequestContext,
  serviceSubject,
} from '@weft/contracts';
import { startNats, startPostgres } from '@weft/lab';
import { connectMessaging, FactBucket, Messaging } from '@weft/messaging';
import { HealthService, KitModule, Lifecycle } from '@weft/service-kit';
import { startTelemetry } from '@weft/telemetry';
import { ipam } from '../src';
import { GroupOwner } from './group-owner';

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
  networks: {
    name: '',
    description: '',
    admin_state_up: true,
    shared: false,
    mtu: 0,
    'router:external': false,
    dns_domain: '',
    availability_zone_hints: [],
    qos_policy_id: null,
    port_security_enabled: true,
  },
  subnets: { name: '', description: '', enable_dhcp: true, dns_publish_fixed_ip: false, use_default_subnetpool: false },
  address_scopes: { name: '', shared: false },
  subnetpools: { description: '', is_default: false, shared: false },
  policy_target_groups: { name: '', description: '', shared: false, service_management: false, subnets: [] },
  policy_targets: { name: '', description: '', cluster_id: '', port_id: null },
  trunks: { name: '', description: '', admin_state_up: true, sub_ports: [] },
  policies: { name: '', description: '', shared: false, is_default: false },
  ports: {
    name: '',
    description: '',
    admin_state_up: true,
    device_id: '',
    device_owner: '',
    'binding:vnic_type': 'normal',
    dns_name: '',
    dns_domain: '',
    propagate_uplink_status: true,
    qos_policy_id: null,
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
    /** In the place of fwaas. */
    readonly groups: GroupOwner,
    private readonly apps: INestApplicationContext[],
    private readonly dir: string,
  ) {}

  static async start(replicas = 1): Promise<Harness> {
    const dir = mkdtempSync(join(tmpdir(), 'weft-ipam-'));
    const postgres = await startPostgres({ dir: join(dir, 'pg') });
    const nats = await startNats({ dir: join(dir, 'nats') });
    process.env.WEFT_DATABASE_URL = postgres.url;
    process.env.WEFT_NATS_URL = nats.url;
    // A test of quotas says so.
    for (const name of ['NETWORK', 'SUBNET', 'PORT']) process.env[`WEFT_QUOTA_${name}`] = '-1';
    await startTelemetry('ipam-test', '0');
    const apps = [];
    for (let i = 0; i < replicas; i++) apps.push(await startIpam(`ipam-${i}`));
    const messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'test' }));
    const facts = await FactBucket.open(messaging.connection);
    const groups = new GroupOwner(messaging);
    return new Harness(messaging, facts, apps[0]!.get(Database), { postgres, nats }, groups, apps, dir);
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

  /** Until a transaction waits for a lock of another: for tests of who comes between. */
  async somebodyWaits(): Promise<void> {
    await eventually(async () => {
      const text = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
      expect(await this.database.query(text)).not.toHaveLength(0);
    });
  }

  /** As if its node had just proven it. */
  async prove(port: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO proof (port_id, host, component, generation, state)
         SELECT id, host, c, generation, 'proven' FROM port, unnest(ARRAY['wired', 'filtered']) c WHERE id = $1`,
        [port],
      );
      await tx.query(`UPDATE port SET status = 'ACTIVE', proven_generation = generation WHERE id = $1`, [port]);
    });
  }

  /** @param parentId of a sub-resource */
  async create(collection: string, item: Body, ctx = tenant(), parentId?: string): Promise<Body> {
    return (await this.createAll(collection, [item], ctx, parentId))[0]!;
  }

  async createAll(collection: string, items: readonly Body[], ctx = tenant(), parentId?: string): Promise<Body[]> {
    const request: CreateRequest = {
      ctx,
      ...(parentId !== undefined && { parentId }),
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
  async list(collection: string, query: Body = {}, ctx = tenant(), parentId?: string): Promise<Body[]> {
    const items: Body[] = [];
    let cursor: string | undefined;
    do {
      const wanted = { filters: {}, sort: [], ...query };
      const request = { ctx, ...(parentId !== undefined && { parentId }), query: wanted, ...(cursor && { cursor }) };
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

  /**
   * What is free of every subnet pool is what its prefixes hold and no subnet has, in the fewest prefixes.
   * @throws with what is not so
   */
  async expectPrefixesWhole(): Promise<void> {
    const pools = await this.database.query<{
      id: string;
      version: 4 | 6;
      prefixes: string[];
      free: string[];
      used: string[];
    }>(`SELECT p.id, p.ip_version AS version, p.prefixes,
        ARRAY(SELECT f.prefix::text FROM free_prefix f WHERE f.pool = p.id ORDER BY f.prefix) AS free,
        ARRAY(SELECT s.cidr::text FROM subnet s WHERE s.subnetpool_id = p.id) AS used FROM subnet_pool p`);
    const ranges = (texts: readonly string[]) => texts.map((text) => Cidr.parse(text)!.range);
    for (const { id, version, prefixes, free, used } of pools) {
      const wanted = cidrsOf(version, without(ranges(prefixes), ranges(used))).map(String);
      if (JSON.stringify(free.map((text) => String(Cidr.parse(text))).sort()) !== JSON.stringify(wanted.sort()))
        throw new Error(`pool ${id} of ${prefixes.join()} without ${used.join()} has ${free.join()} free`);
    }
  }

  /** What is counted for quotas is what there is. @throws with what is not so */
  async expectUsageTrue(): Promise<void> {
    const wrong = await this.database.query(`
      WITH there AS (
        SELECT project_id, 'network' AS resource, count(*) AS n FROM network GROUP BY project_id
        UNION ALL SELECT project_id, 'subnet', count(*) FROM subnet GROUP BY project_id
        UNION ALL SELECT project_id, 'subnetpool', count(*) FROM subnet_pool GROUP BY project_id
        UNION ALL SELECT project_id, 'port', count(*) FROM port WHERE counted GROUP BY project_id)
      SELECT project_id, resource, COALESCE(n, 0) AS there, used FROM there FULL JOIN quota_usage USING (project_id, resource)
      WHERE COALESCE(n, 0) <> COALESCE(used, 0)`);
    if (wrong.length > 0) throw new Error(`usage is not what there is: ${JSON.stringify(wrong)}`);
  }

  /** What the first replica says of itself. */
  health(): Promise<HealthReply> {
    return this.apps[0]!.get(HealthService).reply();
  }

  /** Makes a node known and alive. */
  async node(
    host: string,
    tunnelIp = '10.0.0.1',
    bridgeMappings: Record<string, string> = {},
    availabilityZone = 'nova',
  ): Promise<void> {
    const heartbeat: Heartbeat = {
      host,
      version: '0',
      startedAt: new Date().toISOString(),
      tunnelIp,
      bridgeMappings,
      roles: ['l2', 'dhcp', 'metadata'],
      availabilityZone,
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
