import { UseGuards } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { type ReportBatch, reportBatchSchema } from '@weft/contracts';
import { MessageController, SenderGuard, ValidPayload } from '@weft/service-kit';
import { ProofService } from './proof.service';

@MessageController()
export class ProofController {
  constructor(private readonly proofs: ProofService) {}

  /** Replies once the batch is committed. */
  @MessagePattern('report.ipam.*')
  @UseGuards(SenderGuard)
  async fold(@ValidPayload(reportBatchSchema) batch: ReportBatch): Promise<{ readonly accepted: true }> {
    await this.proofs.fold(batch);
    return { accepted: true };
  }
}
