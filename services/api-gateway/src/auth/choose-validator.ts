import type { Messaging } from '@weft/messaging';
import { settings } from '@weft/service-kit';
import { EmbeddedIdentity } from './embedded-identity';
import { keystoneSettings } from './keystone/keystone.settings';
import { KeystoneValidator } from './keystone/keystone.validator';
import type { TokenValidator } from './token-validator';

/** Chosen by `WEFT_IDENTITY`. @throws Error that names an invalid variable */
export function chooseValidator(messaging: Messaging): TokenValidator {
  const kind = settings.text('WEFT_IDENTITY', 'embedded');
  switch (kind) {
    case 'embedded':
      return new EmbeddedIdentity(messaging);
    case 'keystone':
      return new KeystoneValidator(keystoneSettings());
    default:
      throw new Error(`WEFT_IDENTITY must be embedded or keystone, not '${kind}'`);
  }
}
