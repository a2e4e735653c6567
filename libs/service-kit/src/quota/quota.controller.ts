import { mixin, type Type } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { ApiError, type Json, quotaSubject } from '@weft/contracts';
import { MessageController } from '../transport/message-controller.decorator';
import { NatsContext } from '../transport/nats-context';
import { type QuotaRequests, QuotaService } from './quota.service';

const OPERATIONS: Readonly<Record<keyof QuotaRequests, true>> = {
  show: true,
  list: true,
  check: true,
  set: true,
  reset: true,
};

/** Responds to the requests for the quotas of a service's resources. */
export function quotaController(service: string): Type {
  @MessageController()
  class QuotaController {
    constructor(private readonly quotas: QuotaService) {}

    @MessagePattern(quotaSubject(service, '*'))
    async handle(@Payload() request: unknown, @Ctx() { operation }: NatsContext): Promise<{ readonly body: unknown }> {
      if (!Object.hasOwn(OPERATIONS, operation))
        throw new ApiError('HTTPNotFound', 404, 'The resource could not be found.');
      const handle = this.quotas[operation as keyof QuotaRequests] as (request: unknown) => Promise<Json>;
      return { body: await handle.call(this.quotas, request) };
    }
  }
  return mixin(QuotaController);
}
