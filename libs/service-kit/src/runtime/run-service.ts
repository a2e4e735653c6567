import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { type INestApplicationContext, type LoggerService, type LogLevel, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { createDataSource, migrate } from '@weft/persistence';
import { runProcess } from '@weft/telemetry';
import { NatsServer } from '../transport/nats-server';
import { nestLogger } from './nest-logger';
import type { ServiceOptions } from './service-options';
import { ServiceModule } from './service.module';
import { settings } from './settings';

/**
 * The whole `main.ts` of a service. `node main.js` runs it until SIGTERM or SIGINT, which end it cleanly; `node main.js migrate`
 * only brings its schema up to date.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  if (process.argv[2] === 'migrate') return runMigrations(options);
  await runProcess(options.name, options.version, async () => {
    const instance = `${options.name}-${randomUUID().slice(0, 8)}`;
    const app = await startService(options, instance, nestLogger);
    return () => app.close();
  });
}

/**
 * Starts one replica; it serves once this returns. Closing it takes the parts in this order: the transport drains, what the leader
 * does ends (`onModuleDestroy`), other parts stop (`beforeApplicationShutdown`), connections close (`onApplicationShutdown`).
 */
export async function startService(
  options: ServiceOptions,
  instance: string,
  logger: LoggerService | LogLevel[],
): Promise<INestApplicationContext> {
  const { http } = options;
  const root = rootModule(options, instance);
  if (!http) {
    const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(root, {
      inject: [NatsServer],
      useFactory: (strategy: NatsServer) => ({ strategy }),
      logger,
      abortOnError: false,
    });
    await app.listen();
    return app;
  }
  const app = await NestFactory.create(root, http.adapter(), { logger, abortOnError: false });
  app.connectMicroservice({ strategy: app.get(NatsServer) });
  await app.listen(http.port, http.host);
  // After HTTP: a process that replies to the request for health is ready to serve.
  await app.startAllMicroservices();
  return app;
}

/** The service's modules on the kit's. */
function rootModule(options: ServiceOptions, instance: string) {
  class RootModule {}
  Module({ imports: [ServiceModule.forService(options, instance), options.module] })(RootModule);
  return RootModule;
}

async function runMigrations({ database }: ServiceOptions): Promise<void> {
  if (!database) return;
  const dataSource = await createDataSource({ ...database, url: settings.text('WEFT_DATABASE_URL') });
  try {
    await migrate(dataSource, database.schema);
  } finally {
    await dataSource.destroy();
  }
}
