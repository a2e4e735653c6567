import { Module } from '@nestjs/common';
import { subnetpools } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { AddressScopeModule } from '../address-scope/address-scope.module';
import { SubnetPoolReferences } from './subnet-pool.references';
import { SubnetPoolService } from './subnet-pool.service';
import { SubnetPoolShareable } from './subnet-pool.shareable';
import { subnetPoolTable } from './subnet-pool.table';

@Module({
  imports: [AddressScopeModule],
  controllers: [resourceController(subnetpools, SubnetPoolService)],
  providers: [resourceReader(subnetPoolTable), SubnetPoolService, SubnetPoolReferences, SubnetPoolShareable],
  exports: [SubnetPoolReferences, SubnetPoolShareable],
})
export class SubnetPoolModule {}
