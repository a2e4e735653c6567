import { Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { type BrokerUser, brokerUserOf } from '@weft/contracts';
import { brokerSettings, connectMessaging, FactBucket, Messaging } from '@weft/messaging';
import { NatsClient } from '../transport/nats-client';
import { NatsServer } from '../transport/nats-server';
import { settings } from './settings';

/** Drains the connection to the broker once nothing uses it any more. */
@Injectable()
export class BrokerConnection implements OnApplicationShutdown {
  constructor(private readonly messaging: Messaging) {}

  onApplicationShutdown(): Promise<void> {
    return this.messaging.close();
  }
}

export const messagingProviders = (service: string, instance: string): readonly Provider[] => [
  BrokerConnection,
  NatsClient,
  {
    provide: Messaging,
    useFactory: async () => {
      const broker = brokerSettings(process.env, brokerUser(service));
      return new Messaging(await connectMessaging({ broker, name: instance }));
    },
  },
  {
    provide: NatsServer,
    inject: [Messaging],
    useFactory: (messaging: Messaging) => new NatsServer(messaging, service),
  },
];

export const factBucketProvider: Provider = {
  provide: FactBucket,
  inject: [Messaging],
  useFactory: ({ connection }: Messaging) => FactBucket.open(connection, settings.integer('WEFT_STREAM_REPLICAS', 1)),
};

function brokerUser(service: string): BrokerUser {
  const user = brokerUserOf(service);
  if (user) return user;
  throw new Error(`${service} has no subjects: add its requests and responses to libs/contracts/src/broker/access.ts`);
}
