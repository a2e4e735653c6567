import { Module } from '@nestjs/common';
import { QUOTAS, RESOURCES } from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { AuditLog } from '@weft/service-kit';
import { AuditTrail } from './audit/audit-trail';
import { chooseValidator } from './auth/choose-validator';
import { TokenValidator } from './auth/token-validator';
import { TokenService } from './auth/token.service';
import { DiscoveryEndpoints } from './discovery/discovery.endpoints';
import { RequestDispatcher } from './dispatch/request.dispatcher';
import { HealthEndpoints } from './health/health.endpoints';
import { HttpServer } from './http/http-server';
import { QuotaClient } from './quota/quota.client';
import { QuotaEndpoints } from './quota/quota.endpoints';
import { DEFINITIONS } from './resource/definitions';
import { ResourceEndpoints } from './resource/resource.endpoints';
import { ResourceHandlers } from './resource/resource.handlers';
import type { EndpointSource } from './routing/endpoint';
import { Router } from './routing/router';
import { ViewEndpoints } from './view/view.endpoints';

/** Everything that has paths of its own. */
const ENDPOINT_SOURCES = [DiscoveryEndpoints, HealthEndpoints, QuotaEndpoints, ResourceEndpoints, ViewEndpoints];

/** The HTTP edge. It stands on the kit's messaging and health; its only state is a cache of tokens. */
@Module({
  providers: [
    { provide: TokenValidator, inject: [Messaging], useFactory: chooseValidator },
    {
      provide: QuotaClient,
      inject: [Messaging],
      useFactory: (messaging: Messaging) => new QuotaClient(messaging, QUOTAS),
    },
    { provide: DEFINITIONS, useValue: RESOURCES },
    AuditLog,
    ...ENDPOINT_SOURCES,
    {
      provide: Router,
      inject: ENDPOINT_SOURCES,
      useFactory: (...sources: EndpointSource[]) => new Router(sources.flatMap((source) => source.endpoints())),
    },
    TokenService,
    ResourceHandlers,
    AuditTrail,
    RequestDispatcher,
    HttpServer,
  ],
})
export class GatewayModule {}
