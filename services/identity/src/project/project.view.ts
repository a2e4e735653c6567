import type { Project } from './project.entity';

export const projectView = (base: string, { id, domainId, name, description, enabled }: Project) => ({
  id,
  name,
  domain_id: domainId,
  description,
  enabled,
  is_domain: false,
  // Projects do not nest: the parent of each is its domain.
  parent_id: domainId,
  tags: [],
  options: {},
  links: { self: `${base}/projects/${id}` },
});
