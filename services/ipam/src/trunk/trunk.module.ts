import { Module } from '@nestjs/common';
import { trunks } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { PortStoreModule } from '../port/port-store.module';
import { Subports } from './subports';
import { TrunkService } from './trunk.service';
import { trunkTable } from './trunk.table';

@Module({
  imports: [PortStoreModule],
  controllers: [resourceController(trunks, TrunkService)],
  providers: [resourceReader(trunkTable), Subports, TrunkService],
  exports: [Subports],
})
export class TrunkModule {}
