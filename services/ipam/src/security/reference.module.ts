import { Module } from '@nestjs/common';
import { RbacGrantExport } from './rbac-grant.export';
import { ReferenceController } from './reference.controller';
import { AddressGroupShareable, SecurityGroupShareable } from './reference.shareable';
import { References } from './references';
import { SecurityGroups } from './security-groups';

/** References to fwaas's groups: ports have security groups, grants share groups of both types. */
@Module({
  controllers: [ReferenceController],
  providers: [References, SecurityGroups, RbacGrantExport, SecurityGroupShareable, AddressGroupShareable],
  exports: [References, SecurityGroups, SecurityGroupShareable, AddressGroupShareable],
})
export class ReferenceModule {}
