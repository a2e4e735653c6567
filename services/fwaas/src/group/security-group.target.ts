import { notFound, securityGroups as definition } from '@weft/contracts';

export const groupNotFound = (id: string) => notFound(definition.notFound, definition.title, id);

/** What policy must know of a security group. */
export const groupTarget = (group: { readonly id: string; readonly project_id: string; readonly shared: boolean }) => ({
  id: group.id,
  project_id: group.project_id,
  tenant_id: group.project_id,
  shared: group.shared,
});
