import { addressGroups as definition, notFound } from '@weft/contracts';

export const addressGroupNotFound = (id: string) => notFound(definition.notFound, definition.title, id);

/** What policy must know of an address group. */
export const addressGroupTarget = (group: {
  readonly id: string;
  readonly project_id: string;
  readonly shared: boolean;
}) => ({ id: group.id, project_id: group.project_id, tenant_id: group.project_id, shared: group.shared });
