import { TOKEN_CACHE_MS, VALIDATE_TOKEN_SUBJECT, type TokenIdentity, type ValidateTokenReply } from '@weft/contracts';
import type { Messaging } from '@weft/messaging';
import { TokenValidator } from './token-validator';

/** Weft's own identity service, over NATS. */
export class EmbeddedIdentity extends TokenValidator {
  readonly cacheMs = TOKEN_CACHE_MS;

  constructor(private readonly messaging: Messaging) {
    super();
  }

  async validate(token: string): Promise<TokenIdentity | null> {
    const reply = await this.messaging.request<ValidateTokenReply>(VALIDATE_TOKEN_SUBJECT, { token });
    return reply.valid ? reply : null;
  }
}
