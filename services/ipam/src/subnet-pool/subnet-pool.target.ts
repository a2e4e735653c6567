import { notFound, subnetpools as definition } from '@weft/contracts';
import type { SubnetPoolRow } from './subnet-pool-plan';

export const subnetPoolNotFound = (id: string) => notFound(definition.notFound, definition.title, id);

/** What policy must know of a subnet pool. */
export const subnetPoolTarget = ({ id, project_id, is_default, shared }: SubnetPoolRow) => ({
  id,
  project_id,
  tenant_id: project_id,
  is_default,
  shared,
});
