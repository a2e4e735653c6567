import { BaseRpcContext } from '@nestjs/microservices';
import { tokenHost } from '@weft/contracts';
import type { Inbound, InboundRequest } from '@weft/messaging';

/** What a handler may learn of its message beside the payload: `@Ctx() context: NatsContext`. */
export class NatsContext extends BaseRpcContext<[message: Inbound | InboundRequest]> {
  get message(): Inbound | InboundRequest {
    return this.getArgByIndex(0);
  }

  get subject(): string {
    return this.message.subject;
  }

  /** The subject's last token: the operation of a `svc.<service>.<collection>.*`. */
  get operation(): string {
    return this.subject.slice(this.subject.lastIndexOf('.') + 1);
  }

  /** The node that sent it: subjects that nodes publish to end in their name, and the broker holds them to it. */
  get sender(): string {
    return tokenHost(this.operation);
  }
}
