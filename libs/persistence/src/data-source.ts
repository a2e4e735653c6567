import { types } from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface, type MixedList } from 'typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import { logger } from '@weft/telemetry';
import { isConnectionError } from './pg-errors';

const log = logger('database');

// int8 is used for counters and generations, all far below 2^53; addresses are `numeric`, which stays text.
types.setTypeParser(types.builtins.INT8, Number);

export interface DatabaseOptions {
  /** `postgres://user@host:port/database` */
  readonly url: string;
  /** The service's own schema: no other service reads or writes it. */
  readonly schema: string;
  readonly migrations: MixedList<new () => MigrationInterface>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type of an entity class
  readonly entities?: MixedList<Function | string | EntitySchema>;
  /** Connections of this process. Default 10. */
  readonly poolSize?: number;
}

/** A TypeORM data source on the service's schema; waits for a database that is not there yet. */
export async function createDataSource(options: DatabaseOptions): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: options.entities ?? [],
    migrations: options.migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    // Generated ids are gen_random_uuid(), which PostgreSQL has without an extension.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 2_000,
    applicationName: `weft-${options.schema}`,
    // Its log prints parameters, secrets among them; failures are thrown, and logged where they are handled.
    logging: false,
    extra: { options: `-c search_path=${options.schema},public`, statement_timeout: 20_000 },
  });
  for (;;) {
    try {
      return await dataSource.initialize();
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      log.warn({ err: error }, 'the database does not answer yet');
      await sleep(500);
    }
  }
}

/** Brings the schema up to date, once however many replicas start. */
export async function migrate(dataSource: DataSource, schema: string): Promise<void> {
  const guard = dataSource.createQueryRunner();
  try {
    await guard.query('SELECT pg_advisory_lock(hashtext($1))', [`weft-migrate-${schema}`]);
    await guard.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    const done = await dataSource.runMigrations();
    for (const { name } of done) log.info({ migration: name }, 'migrated');
  } finally {
    await guard.query('SELECT pg_advisory_unlock(hashtext($1))', [`weft-migrate-${schema}`]).catch(() => undefined);
    await guard.release();
  }
}
