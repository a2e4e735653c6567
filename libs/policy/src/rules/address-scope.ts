import type { PolicyRules } from '../policy';

/** Who may do what with address scopes. */
export const ADDRESS_SCOPE_RULES = {
  shared_address_scopes: 'field:address_scopes:shared=True',
  create_address_scope: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'create_address_scope:shared': 'rule:admin_only',
  get_address_scope: 'rule:admin_only or role:reader and project_id:%(project_id)s or rule:shared_address_scopes',
  update_address_scope: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'update_address_scope:shared': 'rule:admin_only',
  delete_address_scope: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
} as const satisfies PolicyRules;
