import type { PolicyRules } from '../policy';

/** Who may do what with subnets. */
export const SUBNET_RULES = {
  create_subnet: '(rule:admin_only) or (role:member and rule:network_owner)',
  'create_subnet:segment_id': 'rule:admin_only',
  'create_subnet:service_types': 'rule:admin_only',
  'create_subnet:tags':
    'role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)',
  get_subnet:
    'role:reader and project_id:%(project_id)s or rule:shared or rule:external_network or (rule:admin_only) or (role:reader and rule:network_owner) or rule:service_api',
  'get_subnet:segment_id': 'rule:admin_only',
  'get_subnet:tags':
    'role:reader and project_id:%(project_id)s or rule:shared or rule:external_network or (rule:admin_only) or (role:reader and rule:network_owner)',
  update_subnet:
    'role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)',
  'update_subnet:segment_id': 'rule:admin_only',
  'update_subnet:service_types': 'rule:admin_only',
  'update_subnet:tags':
    'role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)',
  delete_subnet:
    'role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)',
  'delete_subnet:tags':
    'role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)',
} as const satisfies PolicyRules;
