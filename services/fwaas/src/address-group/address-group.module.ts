import { Module } from '@nestjs/common';
import { addressGroups } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { AddressGroupChange } from './address-group.change';
import { AddressGroupRepository } from './address-group.repository';
import { AddressGroupService } from './address-group.service';
import { addressGroupTable } from './address-group.table';

/** Address groups: sets of prefixes that rules name. */
@Module({
  controllers: [resourceController(addressGroups, AddressGroupService)],
  providers: [resourceReader(addressGroupTable), AddressGroupRepository, AddressGroupChange, AddressGroupService],
  exports: [AddressGroupRepository, AddressGroupChange],
})
export class AddressGroupModule {}
