import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  RESOURCES,
  VALIDATE_TOKEN_SUBJECT,
  type ResourceDefinition,
  type TokenIdentity,
  type ValidateTokenRequest,
} from '@weft/contracts';
import { startNats, type NatsServer } from '@weft/lab';
import { connectMessaging, Messaging, type Handler, type Responder } from '@weft/messaging';
import { ServiceModule } from '@weft/service-kit';
import { edgeAdapter, GatewayModule } from '../src';
import { DEFINITIONS } from '../src/resource/definitions';

/** Tokens that the stand-in for identity knows, by the name of their holder. */
export const TOKENS: Readonly<Record<string, TokenIdentity>> = {
  member: identity('u1', 'p1', ['member', 'reader']),
  admin: identity('u0', 'p0', ['admin', 'manager', 'member', 'reader']),
};

function identity(userId: string, projectId: string, roles: string[]): TokenIdentity {
  return {
    userId,
    userName: userId,
    projectId,
    domainId: 'default',
    systemScope: false,
    roles,
    expiresAt: '2999-01-01T00:00:00Z',
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed body. */
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- the test says what it expects
}

/** The gateway on a real broker, with stand-ins for the services behind it. */
export class GatewayUnderTest {
  /** How often identity was asked. */
  validations = 0;
  private responders: Responder[] = [];
  private identity: Responder | undefined;

  private constructor(
    /** May be replaced by one on the same port. */
    public nats: NatsServer,
    readonly dir: string,
    private readonly app: NestFastifyApplication,
    readonly services: Messaging,
    readonly url: string,
  ) {}

  /** @param more resources that are served beside those of the product */
  static async start(more: readonly ResourceDefinition[] = []): Promise<GatewayUnderTest> {
    const dir = mkdtempSync(join(tmpdir(), 'weft-gateway-'));
    const nats = await startNats({ dir });
    process.env.WEFT_NATS_URL = nats.url;
    process.env.WEFT_AUTH_URL = 'http://auth.test/v3';
    const services = new Messaging(await connectMessaging({ url: nats.url, name: 'stand-ins' }));

    class TestModule {}
    const kit = ServiceModule.forService(
      { name: 'api-gateway', version: 'test', module: GatewayModule },
      'gateway-test',
    );
    const definitions = { provide: DEFINITIONS, useValue: [...RESOURCES, ...more] };
    Module({ imports: [kit, { module: GatewayModule, providers: [definitions] }] })(TestModule);
    const app = await NestFactory.create<NestFastifyApplication>(TestModule, edgeAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    const gateway = new GatewayUnderTest(nats, dir, app, services, await app.getUrl());
    gateway.serveIdentity();
    return gateway;
  }

  serveIdentity(): void {
    this.identity = this.serve(VALIDATE_TOKEN_SUBJECT, (message) => {
      this.validations++;
      const known = TOKENS[message.json<ValidateTokenRequest>().token];
      return Promise.resolve(known ? { valid: true, ...known } : { valid: false });
    });
  }

  async stopIdentity(): Promise<void> {
    await this.identity?.stop();
  }

  serve(subject: string, handler: Handler): Responder {
    const responder = this.services.respond(subject, 'stand-in', handler);
    this.responders.push(responder);
    return responder;
  }

  async ask(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const { token = 'member', body, headers } = options;
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(token && { 'x-auth-token': token }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text === '' ? undefined : (JSON.parse(text) as unknown);
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  async stop(): Promise<void> {
    await Promise.all(this.responders.map((responder) => responder.stop()));
    await this.services.close();
    await this.app.close();
    await this.nats.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
