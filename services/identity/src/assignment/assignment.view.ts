import type { NamedAssignment } from './assignment.repository';

export function assignmentView(base: string, a: NamedAssignment, names: boolean): object {
  const domain = (id: string | null, name: string | null) => ({ id, ...(names && { name }) });
  const scope =
    a.project_id !== null
      ? {
          project: {
            id: a.project_id,
            ...(names && { name: a.project_name, domain: domain(a.project_domain_id, a.project_domain_name) }),
          },
        }
      : a.domain_id !== null
        ? { domain: domain(a.domain_id, a.domain_name) }
        : { system: { all: true } };
  const place =
    a.project_id !== null ? `projects/${a.project_id}` : a.domain_id !== null ? `domains/${a.domain_id}` : 'system';
  return {
    role: { id: a.role_id, ...(names && { name: a.role_name }) },
    user: { id: a.user_id, ...(names && { name: a.user_name, domain: domain(a.user_domain_id, a.user_domain_name) }) },
    scope,
    links: { assignment: `${base}/${place}/users/${a.user_id}/roles/${a.role_id}` },
  };
}
