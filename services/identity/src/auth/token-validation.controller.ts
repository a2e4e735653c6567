import { MessagePattern, Payload } from '@nestjs/microservices';
import { VALIDATE_TOKEN_SUBJECT, type ValidateTokenReply, type ValidateTokenRequest } from '@weft/contracts';
import { MessageController } from '@weft/service-kit';
import { TokenService } from './token.service';

/** Replies to the gateway whose token it is. */
@MessageController()
export class TokenValidationController {
  constructor(private readonly tokens: TokenService) {}

  @MessagePattern(VALIDATE_TOKEN_SUBJECT)
  async validate(@Payload() { token }: ValidateTokenRequest): Promise<ValidateTokenReply> {
    const live = await this.tokens.read(token);
    if (!live) return { valid: false };
    const { claims, user, names, roles } = live;
    return {
      valid: true,
      userId: user.id,
      userName: user.name,
      projectId: names.project?.id ?? null,
      domainId: names.project?.domain.id ?? names.domain?.id ?? null,
      systemScope: claims.scope.kind === 'system',
      roles: roles.map(({ name }) => name.toLowerCase()),
      expiresAt: new Date(claims.expiresAt).toISOString(),
    };
  }
}
