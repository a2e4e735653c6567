import type { TokenIdentity } from '@weft/contracts';

/** Who knows tokens. */
export abstract class TokenValidator {
  /** Milliseconds for which an answer may be remembered; 0: not at all. */
  abstract readonly cacheMs: number;

  /**
   * @returns null for a token that is none, or no longer
   * @throws ServiceUnavailable when there is no answer: that is neither a yes nor a no
   */
  abstract validate(token: string): Promise<TokenIdentity | null>;

  /** Asks once whether it could be asked, so that a wrong configuration is logged at the start. Never throws. */
  async prepare(): Promise<void> {}
}
