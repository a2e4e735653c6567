import { createDataSource, type DatabaseOptions, migrate } from '@weft/persistence';
import { createTestDatabase } from './test-database';

/**
 * Migrates an empty database as replicas do that start together, then once more.
 * @returns the names that were recorded, in their order
 * @throws Error when the last time was not without effect
 */
export async function migrateFromNothing(service: Omit<DatabaseOptions, 'url'>, replicas = 3): Promise<string[]> {
  const url = await createTestDatabase();
  const sources = await Promise.all(Array.from({ length: replicas }, () => createDataSource({ ...service, url })));
  const recorded = async () =>
    (await sources[0]!.query<{ name: string }[]>('SELECT name FROM migration ORDER BY id')).map(({ name }) => name);
  try {
    await Promise.all(sources.map((source) => migrate(source, service.schema)));
    const names = await recorded();
    await migrate(sources[0]!, service.schema);
    const again = await recorded();
    if (again.join() !== names.join()) throw new Error(`migrated again: ${again.join(', ')}`);
    return names;
  } finally {
    await Promise.all(sources.map((source) => source.destroy()));
  }
}
