import { Injectable } from '@nestjs/common';
import { TOKENS_REVOKED_SUBJECT, type TokensRevoked } from '@weft/contracts';
import { NatsClient } from '@weft/service-kit';

/** Publishes which tokens were revoked, for those who cache them. Call it after the commit; a lost notice costs a cache's lifetime. */
@Injectable()
export class RevocationNotices {
  constructor(private readonly broker: NatsClient) {}

  publish(revoked: TokensRevoked): void {
    this.broker.emit(TOKENS_REVOKED_SUBJECT, revoked);
  }
}
