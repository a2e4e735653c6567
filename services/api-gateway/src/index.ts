export { GatewayModule } from './gateway.module';
export { edgeAdapter } from './http/http-server';
