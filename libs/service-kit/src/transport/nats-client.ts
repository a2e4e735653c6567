import { Injectable } from '@nestjs/common';
import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { Messaging } from '@weft/messaging';

/**
 * The client of {@link NatsServer}: `send(subject, body)` requests, `emit(subject, body)` publishes. It uses the connection of the
 * process, so it neither connects nor closes. For a promise, or for the reply's bytes, inject {@link Messaging}.
 */
@Injectable()
export class NatsClient extends ClientProxy {
  constructor(private readonly messaging: Messaging) {
    super();
  }

  override connect(): Promise<unknown> {
    return Promise.resolve(this.messaging.connection);
  }

  override close(): void {
    // The connection belongs to the process.
  }

  override on(): never {
    throw new Error('The connection has no events for clients: Messaging has onReconnect');
  }

  override unwrap<T>(): T {
    return this.messaging.connection as T;
  }

  protected override publish({ pattern, data }: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    let active = true;
    const finish = (packet: WritePacket) => active && callback({ ...packet, isDisposed: true });
    this.messaging.request<unknown>(pattern as string, data).then(
      (response) => finish({ response }),
      (err: unknown) => finish({ err }),
    );
    return () => {
      active = false;
    };
  }

  protected override dispatchEvent<T>({ pattern, data }: ReadPacket): Promise<T> {
    this.messaging.publish(pattern as string, data);
    return Promise.resolve(undefined as T);
  }
}
