import { UseGuards } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import {
  type AttachReply,
  type AttachRequest,
  attachRequestSchema,
  type FeedRenewal,
  feedRenewalSchema,
  feedSubject,
} from '@weft/contracts';
import { MessageController, SenderGuard, type SubscriptionOptions, ValidPayload } from '@weft/service-kit';
import { FeedService } from './feed.service';

/** What nodes send to the feed. */
@MessageController()
@UseGuards(SenderGuard)
export class FeedController {
  constructor(private readonly feed: FeedService) {}

  @MessagePattern(feedSubject.attachAny)
  attach(@ValidPayload(attachRequestSchema) request: AttachRequest): AttachReply {
    return this.feed.attach(request);
  }

  /** Every feed receives it: those that the node has left end its session. */
  @EventPattern(feedSubject.renewAny, { everyReplica: true } satisfies SubscriptionOptions)
  renew(@ValidPayload(feedRenewalSchema) renewal: FeedRenewal): void {
    this.feed.renew(renewal);
  }
}
