import { Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { createDataSource, Database, migrate } from '@weft/persistence';
import { quotaDefaults } from '../quota/quota-defaults';
import { HealthService } from './health.service';
import type { ServiceOptions } from './service-options';
import { settings } from './settings';

/** Of the service's schema: a leader holds its lock on a connection of its own. */
@Injectable()
export class DatabaseUrl {
  readonly text = settings.text('WEFT_DATABASE_URL');
}

/** Closes the connections to the database once nothing uses them any more. */
@Injectable()
export class DatabaseConnection implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  onApplicationShutdown(): Promise<void> {
    return this.database.dataSource.destroy();
  }
}

export const databaseProviders = (
  service: string,
  options: NonNullable<ServiceOptions['database']>,
): readonly Provider[] => [
  DatabaseUrl,
  DatabaseConnection,
  {
    provide: Database,
    inject: [DatabaseUrl, HealthService],
    useFactory: async (url: DatabaseUrl, health: HealthService) => {
      const dataSource = await createDataSource({ ...options, url: url.text });
      await migrate(dataSource, options.schema);
      const database = new Database(dataSource, quotaDefaults(service));
      health.register('database', async () => {
        await database.query('SELECT 1');
        return { ok: true };
      });
      return database;
    },
  },
];
