import { Module } from '@nestjs/common';
import { ProofModule } from '../proof/proof.module';
import { AddressAllocator } from './address.allocator';
import { PortStore } from './port.store';
import { SubnetEligibility } from './subnet-eligibility';

/** How ports are written, with their addresses and facts: for every feature that creates or changes ports. */
@Module({
  imports: [ProofModule],
  providers: [AddressAllocator, PortStore, SubnetEligibility],
  exports: [AddressAllocator, PortStore, SubnetEligibility, ProofModule],
})
export class PortStoreModule {}
