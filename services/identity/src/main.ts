import { runService, settings } from '@weft/service-kit';
import { identityDatabase } from './database';
import { identityAdapter } from './http/http-setup';
import { IdentityModule } from './identity.module';

void runService({
  name: 'identity',
  version: '0.1.0',
  module: IdentityModule,
  database: identityDatabase,
  http: {
    adapter: identityAdapter,
    host: settings.text('WEFT_IDENTITY_HOST', '127.0.0.1'),
    port: settings.integer('WEFT_IDENTITY_PORT', 5000),
  },
});
