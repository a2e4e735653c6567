import { MessagePattern } from '@nestjs/microservices';
import { type RuleCountBatch, ruleCountBatchSchema } from '@weft/contracts';
import { MessageController, Sender, ValidPayload } from '@weft/service-kit';
import { RuleCountService } from './rule-count.service';

@MessageController()
export class RuleCountController {
  constructor(private readonly counts: RuleCountService) {}

  /** Replies once the batch is committed. It counts for the node that the subject names, whatever its body claims. */
  @MessagePattern('report.fwaas.*')
  async fold(
    @Sender() host: string,
    @ValidPayload(ruleCountBatchSchema) batch: RuleCountBatch,
  ): Promise<{ readonly accepted: true }> {
    await this.counts.fold(host, batch);
    return { accepted: true };
  }
}
