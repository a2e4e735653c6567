import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { freePort, startNats, type NatsServer } from '@weft/lab';
import { connectMessaging, Messaging } from '@weft/messaging';
import { NatsServer as NatsTransport, ServiceModule } from '@weft/service-kit';
import { createTestDatabase } from '@weft/testing';
import { identityAdapter, identityDatabase, IdentityModule } from '../src';

export const ADMIN_PASSWORD = 'admin-secret-1';
export const DEMO_PASSWORD = 'demo-secret-1';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- the test says what it expects
}

export interface NewUser {
  readonly user: { readonly id: string };
  readonly project: { readonly id: string };
  /** Path of the grant. */
  readonly grant: string;
}

/** Identity on a real PostgreSQL and a real broker. */
export class IdentityUnderTest {
  private constructor(
    private readonly dir: string,
    readonly nats: NatsServer,
    readonly messaging: Messaging,
    private readonly apps: NestFastifyApplication[],
    readonly url: string,
  ) {}

  /** `replicas` start at the same time, on a database with tables and no rows. */
  static async start(replicas = 2): Promise<IdentityUnderTest> {
    const dir = mkdtempSync(join(tmpdir(), 'weft-identity-'));
    const nats = await startNats({ dir: join(dir, 'nats') });
    Object.assign(process.env, {
      WEFT_NATS_URL: nats.url,
      WEFT_DATABASE_URL: await createTestDatabase(identityDatabase),
      WEFT_BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD,
      WEFT_BOOTSTRAP_DEMO_PASSWORD: DEMO_PASSWORD,
    });
    const port = await freePort();
    process.env.WEFT_IDENTITY_URL = `http://127.0.0.1:${port}/v3`;
    const apps = await Promise.all(Array.from({ length: replicas }, () => identityApp()));
    for (const [i, app] of apps.entries()) {
      await app.listen(i === 0 ? port : 0, '127.0.0.1');
      await app.startAllMicroservices();
    }
    const messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'test' }));
    return new IdentityUnderTest(dir, nats, messaging, apps, `http://127.0.0.1:${port}`);
  }

  async ask(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; headers?: object } = {},
  ): Promise<Reply> {
    const { token, body, headers } = options;
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(token !== undefined && { 'x-auth-token': token }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** A token by password, scoped to a project of the default domain unless told otherwise. */
  login(name: string, password: string, scope?: unknown): Promise<Reply> {
    const user = { name, domain: { id: 'default' }, password };
    const wanted = scope ?? { project: { name, domain: { id: 'default' } } };
    return this.authenticate({ methods: ['password'], password: { user } }, wanted);
  }

  authenticate(identity: unknown, scope?: unknown): Promise<Reply> {
    return this.ask('POST', '/v3/auth/tokens', { body: { auth: { identity, ...(scope !== undefined && { scope }) } } });
  }

  async adminToken(): Promise<string> {
    return tokenOf(await this.login('admin', ADMIN_PASSWORD));
  }

  /** A user with a role on a project of his own; his password is `first`. */
  async newUser(admin: string, name: string, role = 'member', domain = 'default'): Promise<NewUser> {
    const post = async (path: string, body: unknown) => (await this.ask('POST', path, { token: admin, body })).body;
    const { project } = await post('/v3/projects', { project: { name, domain_id: domain } });
    const given = { name, password: 'first', domain_id: domain, default_project_id: project.id };
    const { user } = await post('/v3/users', { user: given });
    const { roles } = (await this.ask('GET', `/v3/roles?name=${role}`, { token: admin })).body;
    const grant = `/v3/projects/${project.id}/users/${user.id}/roles/${roles[0].id}`;
    const { status } = await this.ask('PUT', grant, { token: admin });
    if (status !== 204) throw new Error(`the grant failed: ${status}`);
    return { user, project, grant };
  }

  async stop(): Promise<void> {
    await this.messaging.close();
    for (const app of this.apps) await app.close();
    await this.nats.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const tokenOf = (reply: Reply): string => {
  const token = reply.headers.get('x-subject-token');
  if (token === null) throw new Error(`no token: ${reply.status} ${JSON.stringify(reply.body)}`);
  return token;
};

export async function identityApp(): Promise<NestFastifyApplication> {
  class TestModule {}
  const database = { ...identityDatabase, poolSize: 4 };
  const kit = ServiceModule.forService(
    { name: 'identity', version: 'test', module: IdentityModule, database },
    'identity-test',
  );
  Module({ imports: [kit, IdentityModule] })(TestModule);
  const options = { logger: false as const, abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(TestModule, identityAdapter(), options);
  app.connectMicroservice({ strategy: app.get(NatsTransport) });
  return app;
}
