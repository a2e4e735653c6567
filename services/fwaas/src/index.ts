import type { ServiceOptions } from '@weft/service-kit';
import { ENTITIES } from './entities';
import { FwaasModule } from './fwaas.module';
import { SecurityGroups0001 } from './migrations/0001-security-groups';

/** The service as its process runs it. */
export const fwaas: ServiceOptions = {
  name: 'fwaas',
  version: '0.1.0',
  module: FwaasModule,
  database: { schema: 'fwaas', entities: ENTITIES, migrations: [SecurityGroups0001] },
  facts: 'writes',
  retention: [`DELETE FROM counted_batch WHERE counted_at < now() - interval '24 hours'`],
};
