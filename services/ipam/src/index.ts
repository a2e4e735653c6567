import type { ServiceOptions } from '@weft/service-kit';
import { IpamModule } from './ipam.module';
import { Foundation0001 } from './migrations/0001-foundation';

export { IpamModule };

/** The service as its process runs it. */
export const ipam: ServiceOptions = {
  name: 'ipam',
  version: '0.1.0',
  module: IpamModule,
  database: { schema: 'ipam', migrations: [Foundation0001] },
  facts: true,
};
