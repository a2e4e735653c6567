import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { weftFace } from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { HealthService } from '@weft/service-kit';
import { json } from '../http/answer';
import type { Endpoint, EndpointSource } from '../routing/endpoint';

/** How long the broker may take to answer a ping, ms. */
const BROKER_TIMEOUT_MS = 1_000;

/** `GET /weft/v1/health`: of this gateway, for load balancers. */
@Injectable()
export class HealthEndpoints implements EndpointSource, OnModuleInit {
  constructor(
    private readonly messaging: Messaging,
    private readonly health: HealthService,
  ) {}

  onModuleInit(): void {
    this.health.register('broker', async () => {
      const timeout = sleep(BROKER_TIMEOUT_MS, false, { ref: false });
      const ok = await Promise.race([this.messaging.connection.rtt().then(() => true), timeout]);
      return ok ? { ok } : { ok, text: 'The broker does not answer.' };
    });
  }

  endpoints(): readonly Endpoint[] {
    return [
      {
        face: weftFace,
        path: `${weftFace.roots[0]}/health`,
        access: 'public',
        methods: {
          GET: async () => {
            const reply = await this.health.reply();
            return json(reply.healthy ? 200 : 503, reply);
          },
        },
      },
    ];
  }
}
