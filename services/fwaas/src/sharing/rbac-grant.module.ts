import { Module } from '@nestjs/common';
import { RbacGrantController } from './rbac-grant.controller';
import { RbacGrantCopy } from './rbac-grant-copy';
import { RbacGrantResync } from './rbac-grant.resync';

/** The copy of ipam's RBAC grants of security groups and address groups. */
@Module({ controllers: [RbacGrantController], providers: [RbacGrantCopy, RbacGrantResync] })
export class RbacGrantModule {}
