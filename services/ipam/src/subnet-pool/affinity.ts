import { ApiError } from '@weft/contracts';
import type { SubnetRow } from '../subnet/subnet.repository';
import type { SubnetPoolRow } from './subnet-pool-plan';

/**
 * All subnets that a network has of one IP version are of one address scope; where there is none, of one pool, or of no pool. Pure.
 * @param pool of the subnet to be; null: it is of none
 * @param others the network's subnets of that IP version
 * @param theirs the pools of these
 * @throws ApiError
 */
export function checkAffinity(
  pool: SubnetPoolRow | null,
  others: readonly Pick<SubnetRow, 'subnetpool_id'>[],
  theirs: readonly SubnetPoolRow[],
): void {
  const scope = theirs[0]?.address_scope_id ?? null;
  if (scope !== null && pool?.address_scope_id !== scope) throw networkScopeAffinity();
  if (scope !== null || others.every(({ subnetpool_id }) => subnetpool_id === (pool?.id ?? null))) return;
  throw new ApiError(
    'NetworkSubnetPoolAffinityError',
    400,
    'Subnets hosted on the same network must be allocated from the same subnet pool.',
  );
}

export const networkScopeAffinity = () =>
  new ApiError(
    'NetworkAddressScopeAffinityError',
    400,
    'Subnets of the same address family hosted on the same network must all be in the same address scope.',
  );
