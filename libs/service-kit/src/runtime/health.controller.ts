import { MessagePattern } from '@nestjs/microservices';
import { HEALTH_SUBJECT, type HealthReply } from '@weft/contracts';
import { MessageController } from '../transport/message-controller.decorator';
import type { SubscriptionOptions } from '../transport/nats-server';
import { HealthService } from './health.service';

/** Every process of the cloud replies to the one request for health. */
@MessageController()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @MessagePattern(HEALTH_SUBJECT, { everyReplica: true } satisfies SubscriptionOptions)
  reply(): Promise<HealthReply> {
    return this.health.reply();
  }
}
