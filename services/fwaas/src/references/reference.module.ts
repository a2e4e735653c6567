import { Module } from '@nestjs/common';
import { AddressGroupModule } from '../address-group/address-group.module';
import { SecurityGroupModule } from '../group/security-group.module';
import { PendingChangeRecovery } from './pending-change.recovery';
import { ReferenceController } from './reference.controller';
import { ReferenceResolver } from './reference.resolver';

/** The owner's side of references: ipam's ports and grants name groups, and these change or go only with its approval. */
@Module({
  imports: [SecurityGroupModule, AddressGroupModule],
  controllers: [ReferenceController],
  providers: [ReferenceResolver, PendingChangeRecovery],
})
export class ReferenceModule {}
