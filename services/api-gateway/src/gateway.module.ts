import { Module } from '@nestjs/common';
import { QUOTAS, RESOURCES } from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { AuditLog, HealthService, Lifecycle } from '@weft/service-kit';
import { AuditTrail } from './audit/audit-trail';
import { chooseValidator } from './auth/choose-validator';
import { TokenValidator } from './auth/token-validator';
import { TokenService } from './auth/token.service';
import { Edge } from './edge.service';
import { HttpServer } from './http/http-server';
import { QuotaClient } from './quota/quota.client';
import { QuotaHandlers } from './quota/quota.handlers';
import { ResourceHandlers } from './resource/resource.handlers';
import { RouteTable } from './resource/route-table';
import { WeftHandlers } from './weft/weft.handlers';

/** The HTTP edge. It stands on the kit's messaging and health and has no state but the cache of tokens. */
@Module({
  providers: [
    { provide: TokenValidator, inject: [Messaging], useFactory: chooseValidator },
    {
      provide: QuotaClient,
      inject: [Messaging],
      useFactory: (messaging: Messaging) => new QuotaClient(messaging, QUOTAS),
    },
    { provide: RouteTable, useFactory: () => new RouteTable(RESOURCES) },
    { provide: AuditLog, inject: [Lifecycle, HealthService], useFactory: AuditLog.open },
    ...[TokenService, ResourceHandlers, QuotaHandlers, WeftHandlers, AuditTrail, Edge, HttpServer],
  ],
})
export class GatewayModule {}
