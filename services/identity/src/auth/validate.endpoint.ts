import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { VALIDATE_TOKEN_SUBJECT, type ValidateTokenReply, type ValidateTokenRequest } from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import { Lifecycle } from '@weft/service-kit';
import { TokenService } from './token.service';

/** Answers the gateway's question who is behind a token. */
@Injectable()
export class ValidateEndpoint implements OnApplicationBootstrap {
  constructor(
    private readonly messaging: Messaging,
    private readonly lifecycle: Lifecycle,
    private readonly tokens: TokenService,
  ) {}

  onApplicationBootstrap(): void {
    const responder = this.messaging.respond(VALIDATE_TOKEN_SUBJECT, 'identity', (message) =>
      this.validate(message.json<ValidateTokenRequest>()),
    );
    this.lifecycle.onStop('token validation', () => responder.stop());
  }

  private async validate({ token }: ValidateTokenRequest): Promise<ValidateTokenReply> {
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
