import { Injectable } from '@nestjs/common';
import { settings } from '@weft/service-kit';

/** Configuration of this service, read once. */
@Injectable()
export class IdentitySettings {
  /** As clients reach it, with `/v3`. */
  readonly publicUrl = settings.text('WEFT_IDENTITY_URL', 'http://127.0.0.1:5000/v3').replace(/\/+$/, '');
  /** Endpoint of the type `network` in the catalog: without a version. */
  readonly networkUrl = settings.text('WEFT_NETWORK_URL', 'http://127.0.0.1:9696').replace(/\/+$/, '');
  readonly region = settings.text('WEFT_REGION', 'RegionOne');
  /** How long a token holds. */
  readonly tokenMs = settings.integer('WEFT_TOKEN_TTL_SECONDS', 3_600) * 1_000;
  readonly adminPassword = settings.optional('WEFT_BOOTSTRAP_ADMIN_PASSWORD');
  readonly demoPassword = settings.optional('WEFT_BOOTSTRAP_DEMO_PASSWORD');
}
