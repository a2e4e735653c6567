import { addressScopes as definition, notFound } from '@weft/contracts';
import type { AddressScopeRow } from './address-scope.repository';

export const addressScopeNotFound = (id: string) => notFound(definition.notFound, definition.title, id);

/** What policy must know of an address scope. */
export const addressScopeTarget = ({ id, project_id, shared }: AddressScopeRow) => ({
  id,
  project_id,
  tenant_id: project_id,
  shared,
});
