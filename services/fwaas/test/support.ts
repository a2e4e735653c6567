import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  conflict,
  type CreateRequest,
  type GrantsPage,
  type Json,
  type ObjectGrants,
  type Reference,
  type ReferenceType,
  type RequestContext,
  type ResolveReply,
  securitySubject,
  serviceSubject,
} from '@weft/contracts';
import { startNats, startPostgres } from '@weft/lab';
import { connectMessaging, FactBucket, Messaging, type Responder } from '@weft/messaging';
import { Database } from '@weft/persistence';
import { KitModule, Lifecycle } from '@weft/service-kit';
import { startTelemetry } from '@weft/telemetry';
import { fwaas } from '../src';

export const ADMIN = 'a'.repeat(32);
export const TENANT = 'c'.repeat(32);
export const OTHER = 'd'.repeat(32);

export const context = (projectId: string, roles = ['member', 'reader']): RequestContext => {
  const id = `req-${randomUUID()}`;
  return { requestId: id, idempotencyKey: id, userId: 'u', projectId, roles };
};
export const admin = () => context(ADMIN, ['admin', 'manager', 'member', 'reader']);
export const tenant = () => context(TENANT);
export const other = () => context(OTHER);
/** A project of its own, for a test that counts. */
export const somebody = () => context(randomUUID().replaceAll('-', ''));

export type Body = Record<string, Json>;

const RULE: Body = {
  ...{ remote_group_id: null, protocol: null, port_range_min: null, port_range_max: null, ethertype: 'IPv4' },
  ...{ remote_ip_prefix: null, remote_address_group_id: null, description: '' },
};
const DEFAULTS: Record<string, Body> = {
  security_groups: { name: '', description: '', stateful: true },
  security_group_rules: RULE,
  default_security_group_rules: RULE,
  address_groups: { name: '', description: '' },
};

/** The other side of the references: what ipam is told and asked, on its subjects. */
export class IpamDouble {
  /** What it was told, in order. */
  readonly told: Reference[] = [];
  /** Ids of groups that ports have: it refuses. */
  readonly used = new Set<string>();
  grants: ObjectGrants[] = [];
  /** Called before it answers. */
  onPut: (reference: Reference) => Promise<void> | void = () => undefined;
  private readonly responders: Responder[] = [];

  constructor(messaging: Messaging) {
    this.responders.push(
      messaging.respond(securitySubject.put, 'ipam', async (message) => {
        const reference = message.json<Reference>();
        await this.onPut(reference);
        if (this.used.has(reference.id)) throw conflict('SecurityGroupInUse', `Security Group ${reference.id} in use.`);
        this.told.push(reference);
        return {};
      }),
      messaging.respond(securitySubject.allGrants, 'ipam', async (message): Promise<GrantsPage> => {
        const { after = '' } = message.json<{ after?: string }>();
        const rest = [...this.grants].sort((a, b) => a.id.localeCompare(b.id)).filter(({ id }) => id > after);
        return { grants: rest.slice(0, 2), more: rest.length > 2 };
      }),
    );
  }

  async stop(): Promise<void> {
    for (const responder of this.responders) await responder.stop();
  }
}

/** A running fwaas on private servers, and a client that speaks as the gateway does. */
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
    readonly ipam: IpamDouble,
  ) {}

  static async start(replicas = 1): Promise<Harness> {
    const dir = mkdtempSync(join(tmpdir(), 'weft-fwaas-'));
    const postgres = await startPostgres({ dir: join(dir, 'pg') });
    const nats = await startNats({ dir: join(dir, 'nats') });
    process.env.WEFT_DATABASE_URL = postgres.url;
    process.env.WEFT_NATS_URL = nats.url;
    // A test of quotas says so.
    for (const name of ['SECURITY_GROUP', 'SECURITY_GROUP_RULE']) process.env[`WEFT_QUOTA_${name}`] = '-1';
    await startTelemetry('fwaas-test', '0');
    const messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'test' }));
    const ipam = new IpamDouble(messaging);
    const apps = [];
    for (let i = 0; i < replicas; i++) apps.push(await startFwaas(`fwaas-${i}`));
    const facts = await FactBucket.open(messaging.connection);
    return new Harness(messaging, facts, apps[0]!.get(Database), { postgres, nats }, apps, dir, ipam);
  }

  async stop(): Promise<void> {
    for (const app of this.apps) {
      await app.get(Lifecycle).stop();
      await app.close();
    }
    await this.ipam.stop();
    await this.messaging.close();
    await this.servers.nats.stop();
    await this.servers.postgres.stop();
    rmSync(this.dir, { recursive: true, force: true });
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

  /** A group, of which only the id matters. */
  async group(item: Body = {}, ctx = tenant()): Promise<string> {
    return (await this.create('security_groups', item, ctx)).id as string;
  }

  rule(group: string, item: Body = {}, ctx = tenant()): Promise<Body> {
    return this.create('security_group_rules', { security_group_id: group, direction: 'ingress', ...item }, ctx);
  }

  async show(collection: string, id: string, ctx = tenant()): Promise<Body> {
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
        await this.messaging.requestRaw(serviceSubject('fwaas', collection, 'list'), request),
      ).toString();
      const line = text.indexOf('\n');
      cursor = (JSON.parse(text.slice(0, line)) as { next?: string }).next;
      items.push(...(JSON.parse(`[${text.slice(line + 1)}]`) as Body[]));
    } while (cursor);
    return items;
  }

  call<T>(collection: string, operation: string, request: unknown): Promise<T> {
    return this.messaging.request<T>(serviceSubject('fwaas', collection, operation), request);
  }

  async resolve(
    ids: readonly string[],
    defaultsOf: readonly string[] = [],
    type: ReferenceType = 'security_group',
  ): Promise<ResolveReply['references']> {
    const request = { ctx: tenant(), type, ids, defaultsOf };
    return (await this.messaging.request<ResolveReply>(securitySubject.resolve, request)).references;
  }

  /** As ipam does after each change of an object's grants. */
  grant(id: string, targets: readonly string[], generation: number, type: ReferenceType = 'security_group') {
    const grants: ObjectGrants = { type, id, targets, generation };
    return this.messaging.request(securitySubject.grants, grants);
  }

  /** What is published of a key now, once it is what is expected. */
  async expectFact(key: string, value: unknown): Promise<void> {
    await eventually(async () => {
      expect((await this.facts.load()).get(key)?.value).toEqual(value);
    });
  }

  /** What is counted for quotas is what there is. @throws with what is not so */
  async expectUsageTrue(): Promise<void> {
    const wrong = await this.database.query(`
      WITH there AS (
        SELECT project_id, 'security_group' AS resource, count(*) AS n FROM security_group GROUP BY project_id
        UNION ALL SELECT project_id, 'security_group_rule', count(*) FROM security_group_rule GROUP BY project_id
        UNION ALL SELECT project_id, 'address_group', count(*) FROM address_group GROUP BY project_id)
      SELECT project_id, resource, COALESCE(n, 0) AS there, used FROM there FULL JOIN quota_usage USING (project_id, resource)
      WHERE COALESCE(n, 0) <> COALESCE(used, 0)`);
    if (wrong.length > 0) throw new Error(`usage is not what there is: ${JSON.stringify(wrong)}`);
  }
}

async function startFwaas(instance: string): Promise<INestApplicationContext> {
  class Root {}
  Module({ imports: [KitModule.forService({ ...fwaas, instance }), fwaas.module] })(Root);
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
