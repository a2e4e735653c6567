import type { PolicyRules } from '../policy';

/** Building blocks that the rules of the resources refer to. */
export const BASE_RULES = {
  context_is_admin: 'role:admin',
  context_with_global_access: '!',
  service_api: 'role:service',
  owner: 'project_id:%(project_id)s',
  admin_or_owner: 'rule:context_is_admin or rule:owner',
  context_is_advsvc: 'role:advsvc',
  admin_or_network_owner: 'rule:context_is_admin or project_id:%(network:project_id)s',
  admin_owner_or_network_owner: 'rule:owner or rule:admin_or_network_owner',
  admin_or_ext_parent_owner: 'rule:context_is_admin or project_id:%(ext_parent:project_id)s',
  ext_parent_owner: 'project_id:%(ext_parent:project_id)s',
  network_owner: 'project_id:%(network:project_id)s',
  admin_only: 'rule:context_is_admin',
  regular_user: '',
  shared: 'field:networks:shared=True',
  external: 'field:networks:router:external=True',
  external_network: 'field:subnets:router:external=True',
  network_device: 'field:port:device_owner=~^network:',
  default: 'rule:admin_or_owner',
} as const satisfies PolicyRules;
