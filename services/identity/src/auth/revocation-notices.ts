import { Injectable } from '@nestjs/common';
import { TOKENS_REVOKED_SUBJECT, type TokensRevoked } from '@weft/contracts';
import { Messaging } from '@weft/messaging';

/** Tells whoever remembers tokens which to forget. Call it after the commit; a lost notice costs a cache's lifetime, no more. */
@Injectable()
export class RevocationNotices {
  constructor(private readonly messaging: Messaging) {}

  publish(revoked: TokensRevoked): void {
    this.messaging.publish(TOKENS_REVOKED_SUBJECT, revoked);
  }
}
