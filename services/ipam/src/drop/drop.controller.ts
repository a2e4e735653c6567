import { UseGuards } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { type DropBatch, dropBatchSchema } from '@weft/contracts';
import { MessageController, SenderGuard, ValidPayload } from '@weft/service-kit';
import { DropService } from './drop.service';

@MessageController()
export class DropController {
  constructor(private readonly drops: DropService) {}

  /** Replies once the batch is committed. */
  @MessagePattern('drops.*')
  @UseGuards(SenderGuard)
  async fold(@ValidPayload(dropBatchSchema) batch: DropBatch): Promise<{ readonly accepted: true }> {
    await this.drops.fold(batch);
    return { accepted: true };
  }
}
