import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { type BrokerUser, brokerUserOf } from '@weft/contracts';
import { DEFAULT_RULES, Policy } from '@weft/policy';
import { brokerSettings, connectMessaging, FactBucket, Messaging } from '@weft/messaging';
import { createDataSource, Database, type DatabaseOptions, migrate } from '@weft/persistence';
import { HealthService } from './health.service';
import { Lifecycle } from './lifecycle';
import { PolicyWatch } from '../policy/policy-watch';
import { quotaDefaults } from '../quota/quota-defaults';
import { settings } from './settings';

export interface KitOptions {
  readonly name: string;
  readonly version: string;
  readonly instance: string;
  /** For services that own rows: their schema. */
  readonly database?: Omit<DatabaseOptions, 'url'>;
  /** False for a service with rows that decides nothing by policy: it leaves the operator's file alone. */
  readonly policy?: false;
  /** For services that write or follow FACTS. */
  readonly facts?: boolean;
}

/** What every service stands on, for injection: messaging, policy, health, and where asked for database and facts. */
@Global()
@Module({})
export class KitModule {
  static forService(options: KitOptions): DynamicModule {
    const providers: Provider[] = [
      { provide: Lifecycle, useValue: new Lifecycle() },
      { provide: HealthService, useFactory: () => new HealthService(options.name, options.version, options.instance) },
      {
        provide: Policy,
        inject: [Lifecycle, HealthService],
        useFactory: (lifecycle: Lifecycle, health: HealthService) => policyOf(options, lifecycle, health),
      },
      {
        provide: Messaging,
        inject: [Lifecycle],
        useFactory: async (lifecycle: Lifecycle) => {
          const broker = brokerSettings(process.env, brokerUser(options.name));
          const messaging = new Messaging(await connectMessaging({ broker, name: options.instance }));
          lifecycle.onStop('messaging', () => messaging.close());
          return messaging;
        },
      },
    ];
    if (options.facts) {
      providers.push({
        provide: FactBucket,
        inject: [Messaging],
        useFactory: async (messaging: Messaging) => {
          return FactBucket.open(messaging.connection, settings.integer('WEFT_STREAM_REPLICAS', 1));
        },
      });
    }
    if (options.database) {
      const { database } = options;
      providers.push({
        provide: Database,
        inject: [Lifecycle, HealthService],
        useFactory: async (lifecycle: Lifecycle, health: HealthService) => {
          const dataSource = await createDataSource({ ...database, url: settings.text('WEFT_DATABASE_URL') });
          await migrate(dataSource, database.schema);
          lifecycle.onStop('database', () => dataSource.destroy());
          const opened = new Database(dataSource, quotaDefaults(options.name));
          health.register('database', async () => {
            await opened.query('SELECT 1');
            return { ok: true };
          });
          return opened;
        },
      });
    }
    return {
      module: KitModule,
      providers,
      exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }
}

function brokerUser(service: string): BrokerUser {
  const user = brokerUserOf(service);
  if (user) return user;
  throw new Error(`${service} has no subjects: say in libs/contracts/src/broker/access.ts what it asks and answers`);
}

/** The default rules; for those who own what is decided about, with the operator's over them. */
async function policyOf(options: KitOptions, lifecycle: Lifecycle, health: HealthService): Promise<Policy> {
  const policy = new Policy(DEFAULT_RULES);
  const file = settings.optional('WEFT_POLICY_FILE');
  if (file === undefined || !options.database || options.policy === false) return policy;
  const watch = new PolicyWatch(policy, file);
  await watch.start();
  lifecycle.onStop('policy', () => watch.stop());
  health.register('policy', () => watch.health());
  return policy;
}
