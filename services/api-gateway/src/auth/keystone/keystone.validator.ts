import { serviceUnavailable, type TokenIdentity } from '@weft/contracts';
import { logger } from '@weft/telemetry';
import { TokenValidator } from '../token-validator';
import { KeystoneClient, type KeystoneAnswer } from './keystone.client';
import { identityOf } from './keystone-token';
import type { KeystoneSettings } from './keystone.settings';
import { ServiceToken } from './service-token';

const log = logger('keystone');

/**
 * An OpenStack cloud's own Keystone (Identity v3), asked as a user of ours. What is not a clear yes or no is "come back later": our own
 * user that is refused must never look as if the client's token were.
 *
 * Tokens of application credentials with access rules are refused: Keystone shows them only to services that declare to enforce the rules.
 */
export class KeystoneValidator extends TokenValidator {
  readonly cacheMs: number;
  private readonly client: KeystoneClient;
  private readonly service: ServiceToken;

  constructor(settings: KeystoneSettings) {
    super();
    this.cacheMs = settings.cacheMs;
    this.client = new KeystoneClient(settings);
    this.service = new ServiceToken(this.client, settings);
  }

  override async prepare(): Promise<void> {
    await this.service.get().catch((error: unknown) => log.error({ err: error }, 'Keystone cannot be asked yet'));
  }

  async validate(token: string): Promise<TokenIdentity | null> {
    // What cannot stand in a header is no token.
    if (!/^[\x21-\x7e]+$/.test(token)) return null;
    try {
      const { status, text } = await this.ask(token);
      if (status === 404) return null;
      if (status !== 200) throw new Error(`Keystone answered ${status}`);
      return identityOf(text);
    } catch (error) {
      throw serviceUnavailable('The identity service does not answer.', error);
    }
  }

  /** Once more with a new token of our own, if it is that which Keystone refuses. */
  private async ask(token: string): Promise<KeystoneAnswer> {
    const own = await this.service.get();
    const answer = await this.askAs(own, token);
    if (answer.status !== 401) return answer;
    this.service.drop(own);
    return this.askAs(await this.service.get(), token);
  }

  private askAs(own: string, token: string): Promise<KeystoneAnswer> {
    return this.client.tokens('GET', { 'x-auth-token': own, 'x-subject-token': token });
  }
}
