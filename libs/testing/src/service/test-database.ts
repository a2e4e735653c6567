import { createHash, randomBytes } from 'node:crypto';
import { createDataSource, type DatabaseOptions, migrate } from '@weft/persistence';
import { Client } from 'pg';
import type { MigrationInterface } from 'typeorm';

/** Where the tier's PostgreSQL is, set by the tier's set-up (tools/testing/integration.setup.mjs). */
export const TEST_POSTGRES = 'WEFT_TEST_POSTGRES';

/**
 * Creates a database of its own on the PostgreSQL that the run shares; it goes with that server.
 * @param service its schema is migrated once per run and copied from then on. Default: an empty database
 * @returns its URL, for `WEFT_DATABASE_URL`
 */
export async function createTestDatabase(service?: Omit<DatabaseOptions, 'url'>): Promise<string> {
  const server = process.env[TEST_POSTGRES];
  if (server === undefined) throw new Error(`${TEST_POSTGRES} is not set: tests are run by jest.config.cjs`);
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    const template = service === undefined ? 'template0' : await migratedTemplate(client, server, service);
    const name = `test_${randomBytes(6).toString('hex')}`;
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return urlOf(server, name);
  } finally {
    await client.end();
  }
}

/** The name of a database with the service's schema in it. Workers that need it at the same time wait for the first one. */
async function migratedTemplate(
  client: Client,
  server: string,
  service: Omit<DatabaseOptions, 'url'>,
): Promise<string> {
  const digest = createHash('sha256').update(migrationNames(service).join()).digest('hex').slice(0, 8);
  const name = `template_${service.schema}_${digest}`;
  await client.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
    if (rowCount === 0) await createTemplate(client, server, name, service);
  } finally {
    await client.query('SELECT pg_advisory_unlock(hashtext($1))', [name]);
  }
  return name;
}

/** What TypeORM records of a service's migrations, in their order. */
export const migrationNames = ({ migrations }: Omit<DatabaseOptions, 'url'>): string[] =>
  (Object.values(migrations) as (new () => MigrationInterface)[]).map((type) => new type().name ?? type.name);

/** Marked as a template last: one whose creation failed is created again. */
async function createTemplate(client: Client, server: string, name: string, service: Omit<DatabaseOptions, 'url'>) {
  await client.query(`DROP DATABASE IF EXISTS ${name}`);
  await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  const dataSource = await createDataSource({ ...service, url: urlOf(server, name), poolSize: 2 });
  try {
    await migrate(dataSource, service.schema);
  } finally {
    await dataSource.destroy();
  }
  await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
