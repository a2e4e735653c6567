import { Module } from '@nestjs/common';
import { rbacPolicies } from '@weft/contracts';
import { resourceController, resourceReader } from '@weft/service-kit';
import { AddressScopeModule } from '../address-scope/address-scope.module';
import { AddressScopeShareable } from '../address-scope/address-scope.shareable';
import { NetworkModule } from '../network/network.module';
import { QosModule } from '../qos/qos.module';
import { QosShareable } from '../qos/qos.shareable';
import { AddressGroupShareable, SecurityGroupShareable } from '../security/reference.shareable';
import { ReferenceModule } from '../security/reference.module';
import { SubnetPoolModule } from '../subnet-pool/subnet-pool.module';
import { SubnetPoolShareable } from '../subnet-pool/subnet-pool.shareable';
import { NetworkShareable } from './network.shareable';
import { RbacPolicyService } from './rbac-policy.service';
import { rbacPolicyTable } from './rbac-policy.table';
import { SHAREABLES, type Shareable } from './shareable';

/** RBAC policies, over every type of object that can be shared. */
@Module({
  imports: [NetworkModule, QosModule, SubnetPoolModule, AddressScopeModule, ReferenceModule],
  controllers: [resourceController(rbacPolicies, RbacPolicyService)],
  providers: [
    resourceReader(rbacPolicyTable),
    RbacPolicyService,
    {
      provide: SHAREABLES,
      inject: [
        NetworkShareable,
        QosShareable,
        SubnetPoolShareable,
        AddressScopeShareable,
        SecurityGroupShareable,
        AddressGroupShareable,
      ],
      useFactory: (...shareables: Shareable[]) => shareables,
    },
  ],
})
export class SharingModule {}
