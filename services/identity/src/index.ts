export { identityDatabase } from './database';
export { identityAdapter } from './http/http-setup';
export { IdentityModule } from './identity.module';
