import type { ServiceOptions } from '@weft/service-kit';
import { ENTITIES } from './entities';
import { IpamModule } from './ipam.module';
import { Foundation0001 } from './migrations/0001-foundation';
import { Networks0002 } from './migrations/0002-networks';
import { Quota0003 } from './migrations/0003-quota';
import { Agents0004 } from './migrations/0004-agents';
import { QosTrunk0005 } from './migrations/0005-qos-trunk';
import { SubnetPools0006 } from './migrations/0006-subnet-pools';
import { NodeCapabilities0007 } from './migrations/0007-node-capabilities';
import { PortBindings0008 } from './migrations/0008-port-bindings';
import { PortSecurity0009 } from './migrations/0009-port-security';
import { PolicyTargets0010 } from './migrations/0010-policy-targets';
import { Drops0011 } from './migrations/0011-drops';

/** The service as its process runs it. */
export const ipam: ServiceOptions = {
  name: 'ipam',
  version: '0.1.0',
  module: IpamModule,
  database: {
    schema: 'ipam',
    entities: ENTITIES,
    migrations: [
      Foundation0001,
      Networks0002,
      Quota0003,
      Agents0004,
      QosTrunk0005,
      SubnetPools0006,
      NodeCapabilities0007,
      PortBindings0008,
      PortSecurity0009,
      PolicyTargets0010,
      Drops0011,
    ],
  },
  facts: 'writes',
  retention: [
    `DELETE FROM reference WHERE gone AND changed_at < now() - interval '1 hour'`,
    `DELETE FROM drift WHERE found_at < now() - interval '30 days'`,
  ],
};
