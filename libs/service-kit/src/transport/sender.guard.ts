import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { assertHostMatchesSubject } from '@weft/contracts';
import type { NatsContext } from './nats-context';

/** Refuses a node's message whose body claims another host than its subject, which the broker holds the node to. */
@Injectable()
export class SenderGuard implements CanActivate {
  /** @throws ApiError 403 */
  canActivate(context: ExecutionContext): boolean {
    const rpc = context.switchToRpc();
    const claimed = rpc.getData<{ readonly host?: unknown } | null>()?.host;
    if (typeof claimed === 'string') assertHostMatchesSubject(rpc.getContext<NatsContext>().subject, claimed);
    return true;
  }
}

/** The node that sent the message, by its subject: `handle(@Sender() host: string)`. */
export const Sender = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToRpc().getContext<NatsContext>().sender,
);
