import { type NatsConnection, nanos, RetentionPolicy, StorageType } from 'nats';

export const EVENTS_STREAM = 'EVENTS';

/** Makes the stream of events where it is missing; safe from many processes at once. */
export async function ensureStreams(connection: NatsConnection, replicas = 1): Promise<void> {
  const manager = await connection.jetstreamManager();
  const config = {
    name: EVENTS_STREAM,
    subjects: ['event.>'],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: nanos(24 * 3600 * 1000),
    max_bytes: 256 * 1024 * 1024,
    // A relay that was killed between publish and delete sends again: the broker drops the double.
    duplicate_window: nanos(120_000),
    num_replicas: replicas,
  };
  await manager.streams.info(EVENTS_STREAM).catch(() => manager.streams.add(config));
}
