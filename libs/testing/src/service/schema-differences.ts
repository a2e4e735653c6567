import { createDataSource, type DatabaseOptions, migrate } from '@weft/persistence';
import { createTestDatabase } from './test-database';

/** The statements by which TypeORM would bring a migrated schema to what the entities describe; empty: they agree. */
export async function schemaDifferences(service: Omit<DatabaseOptions, 'url'>): Promise<string[]> {
  const dataSource = await createDataSource({ ...service, url: await createTestDatabase() });
  try {
    await migrate(dataSource, service.schema);
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  } finally {
    await dataSource.destroy();
  }
}

/** Tables of a migrated schema that no entity describes: TypeORM does not look at them. */
export async function tablesWithoutEntity(service: Omit<DatabaseOptions, 'url'>): Promise<string[]> {
  const dataSource = await createDataSource({ ...service, url: await createTestDatabase() });
  try {
    await migrate(dataSource, service.schema);
    const described = new Set(dataSource.entityMetadatas.map(({ tableName }) => tableName));
    const tables = await dataSource.query<{ name: string }[]>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = $1 AND table_type = 'BASE TABLE' AND table_name <> 'migration' ORDER BY 1`,
      [service.schema],
    );
    return tables.map(({ name }) => name).filter((name) => !described.has(name));
  } finally {
    await dataSource.destroy();
  }
}
