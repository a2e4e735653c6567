import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { Messaging } from '@weft/messaging';
import { createDataSource, type DatabaseOptions, migrate } from '@weft/persistence';
import { runProcess } from '@weft/telemetry';
import { HealthService } from './health.service';
import { KitModule } from './kit.module';
import { Lifecycle } from './lifecycle';
import { nestLogger } from './nest-logger';
import { settings } from './settings';

export interface ServiceOptions {
  readonly name: string;
  readonly version: string;
  readonly module: Type;
  readonly database?: Omit<DatabaseOptions, 'url'>;
  readonly policy?: false;
  readonly facts?: boolean;
  /** Serves HTTP, too. */
  readonly http?: { readonly adapter: () => AbstractHttpAdapter; readonly host: string; readonly port: number };
}

/**
 * The whole `main.ts` of a service. `node main.js` runs it until SIGTERM or SIGINT, which end it cleanly; `node main.js migrate`
 * only brings its schema up to date.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  if (process.argv[2] === 'migrate') return runMigrations(options);
  await runProcess(options.name, options.version, async () => {
    const app = await start(options);
    // Only now: who answers is ready to serve.
    app.get(HealthService).answerOn(app.get(Messaging));
    return async () => {
      await app.get(Lifecycle).stop();
      await app.close();
    };
  });
}

async function start({ module, http, ...options }: ServiceOptions): Promise<INestApplicationContext> {
  const instance = `${options.name}-${randomUUID().slice(0, 8)}`;
  class ServiceModule {}
  Module({ imports: [KitModule.forService({ ...options, instance }), module] })(ServiceModule);
  if (!http) return NestFactory.createApplicationContext(ServiceModule, { logger: nestLogger, abortOnError: false });
  const app = await NestFactory.create(ServiceModule, http.adapter(), { logger: nestLogger, abortOnError: false });
  await app.listen(http.port, http.host);
  return app;
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
