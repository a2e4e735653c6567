import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ResolveReply, type ResolveRequest, securitySubject } from '@weft/contracts';
import { MessageController } from '@weft/service-kit';
import { ReferenceResolver } from './reference.resolver';

@MessageController()
export class ReferenceController {
  constructor(private readonly resolver: ReferenceResolver) {}

  @MessagePattern(securitySubject.resolve)
  resolve(@Payload() request: ResolveRequest): Promise<ResolveReply> {
    return this.resolver.resolve(request);
  }
}
