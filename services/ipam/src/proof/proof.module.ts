import { Module } from '@nestjs/common';
import { resourceController, resourceReader } from '@weft/service-kit';
import { driftTable } from './drift.table';
import { ProofController } from './proof.controller';
import { ProofService } from './proof.service';

/** What nodes have proven of ports, and the drift that they have found. */
@Module({
  controllers: [ProofController, resourceController(driftTable.definition)],
  providers: [resourceReader(driftTable), ProofService],
  exports: [ProofService],
})
export class ProofModule {}
