import { type DynamicModule, Global, Module, type Provider, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { QUOTAS, RESOURCES } from '@weft/contracts';
import { policyProviders } from '../policy/policy.provider';
import { quotaController } from '../quota/quota.controller';
import { QuotaService } from '../quota/quota.service';
import { guardProvider } from '../resource/inject';
import { databaseProviders } from './database.providers';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';
import { LeadershipService } from './leadership.service';
import { factBucketProvider, messagingProviders } from './messaging.providers';
import { SERVICE_OPTIONS, type ServiceOptions } from './service-options';

/**
 * What every service stands on, for injection. A database and facts are there if its options call for them; guards, quotas, the
 * operator's policy and leadership, if the contract has resources of the service.
 */
@Global()
@Module({})
export class ServiceModule {
  /** @param instance tells replicas apart */
  static forService(options: ServiceOptions, instance: string): DynamicModule {
    const { name, version, database, facts } = options;
    const resources = RESOURCES.filter(({ service }) => service === name);
    const providers: Provider[] = [
      { provide: SERVICE_OPTIONS, useValue: options },
      { provide: HealthService, useFactory: () => new HealthService(name, version, instance) },
      ...messagingProviders(name, instance),
      ...policyProviders(resources.length > 0),
      ...resources.map(guardProvider),
    ];
    const controllers: Type[] = [HealthController];
    if (facts) providers.push(factBucketProvider);
    if (database) providers.push(...databaseProviders(name, database));
    if (database && resources.length > 0) providers.push(LeadershipService);
    if (QUOTAS.some((quota) => quota.service === name)) {
      providers.push(QuotaService);
      controllers.push(quotaController(name));
    }
    const exported = providers.map((provider) => ('provide' in provider ? provider.provide : provider));
    return { module: ServiceModule, imports: [DiscoveryModule], controllers, providers, exports: exported };
  }
}
