import type { Domain } from './domain.entity';

export const domainView = (base: string, { id, name, description, enabled }: Domain) => ({
  id,
  name,
  description,
  enabled,
  tags: [],
  options: {},
  links: { self: `${base}/domains/${id}` },
});
