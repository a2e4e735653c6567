import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ObjectGrants, securitySubject, type WithdrawReply, type WithdrawRequest } from '@weft/contracts';
import { MessageController } from '@weft/service-kit';
import { RbacGrantCopy } from './rbac-grant-copy';

@MessageController()
export class RbacGrantController {
  constructor(private readonly grants: RbacGrantCopy) {}

  @MessagePattern(securitySubject.grants)
  async put(@Payload() grants: ObjectGrants): Promise<object> {
    await this.grants.put(grants);
    return {};
  }

  @MessagePattern(securitySubject.withdraw)
  async withdraw(@Payload() request: WithdrawRequest): Promise<WithdrawReply> {
    return { dependents: await this.grants.withdraw(request) };
  }
}
