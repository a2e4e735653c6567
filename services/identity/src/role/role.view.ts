import type { Role } from './role.entity';

export const roleView = (base: string, { id, name, description }: Role) => ({
  id,
  name,
  domain_id: null,
  description,
  options: {},
  links: { self: `${base}/roles/${id}` },
});
