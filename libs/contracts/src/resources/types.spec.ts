import type { agents } from './agents';
import type { networks } from './networks';
import type { ports } from './ports';
import type { subnets } from './subnets';
import type { CreateOf, FixedIp, ResourceOf, UpdateOf } from './types';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: the test is the type check (`npm run typecheck`). */
const holds = <T extends true>(proof?: T): void => expect(proof).toBeUndefined();

it('infers the types of resources from their definitions', () => {
  holds<Same<ResourceOf<typeof networks>['id'], string>>();
  holds<Same<ResourceOf<typeof networks>['mtu'], number>>();
  holds<Same<ResourceOf<typeof networks>['admin_state_up'], boolean>>();
  holds<Same<ResourceOf<typeof networks>['provider:segmentation_id'], number | null>>();
  holds<Same<ResourceOf<typeof networks>['tags'], readonly string[]>>();
  holds<Same<ResourceOf<typeof subnets>['gateway_ip'], string | null>>();
  holds<Same<ResourceOf<typeof subnets>['ip_version'], number>>();
  holds<Same<ResourceOf<typeof agents>['alive'], boolean>>();
  holds<Same<'tags-any' extends keyof ResourceOf<typeof networks> ? true : false, false>>();

  holds<Same<CreateOf<typeof ports>['network_id'], string>>();
  holds<Same<CreateOf<typeof ports>['name'], string>>();
  holds<Same<CreateOf<typeof ports>['fixed_ips'], readonly FixedIp[] | undefined>>();
  holds<Same<CreateOf<typeof ports>['mac_address'], string | null | undefined>>();
  holds<Same<'status' extends keyof CreateOf<typeof ports> ? true : false, false>>();

  holds<Same<UpdateOf<typeof subnets>['gateway_ip'], string | null | undefined>>();
  holds<Same<'cidr' extends keyof UpdateOf<typeof subnets> ? true : false, false>>();
});
