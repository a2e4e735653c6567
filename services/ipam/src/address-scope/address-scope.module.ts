import { Module } from '@nestjs/common';
import { addressScopes } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { AddressScopeReferences } from './address-scope.references';
import { AddressScopeService } from './address-scope.service';
import { AddressScopeShareable } from './address-scope.shareable';
import { addressScopeTable } from './address-scope.table';

@Module({
  controllers: [resourceController(addressScopes, AddressScopeService)],
  providers: [resourceReader(addressScopeTable), AddressScopeService, AddressScopeReferences, AddressScopeShareable],
  exports: [AddressScopeReferences, AddressScopeShareable],
})
export class AddressScopeModule {}
