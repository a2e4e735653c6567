export { MessageController } from './message-controller.decorator';
export { NatsClient } from './nats-client';
export { NatsContext } from './nats-context';
export { NatsServer, type SubscriptionOptions } from './nats-server';
export { InvalidMessage } from './invalid-message';
export { SchemaPipe, ValidPayload } from './schema.pipe';
export { Sender, SenderGuard } from './sender.guard';
