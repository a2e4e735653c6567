import { runService, settings } from '@weft/service-kit';
import { GatewayModule } from './gateway.module';
import { edgeAdapter } from './http/http-server';

void runService({
  name: 'api-gateway',
  version: '0.1.0',
  module: GatewayModule,
  http: {
    adapter: edgeAdapter,
    host: settings.text('WEFT_API_HOST', '127.0.0.1'),
    port: settings.integer('WEFT_API_PORT', 9696),
  },
});
