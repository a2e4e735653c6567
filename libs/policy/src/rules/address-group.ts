import type { PolicyRules } from '../policy';

/** Who may do what with address groups. */
export const ADDRESS_GROUP_RULES = {
  shared_address_groups: 'field:address_groups:shared=True',
  create_address_group: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  get_address_group: '(rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_address_groups',
  update_address_group: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  delete_address_group: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  add_addresses: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  remove_addresses: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
} as const satisfies PolicyRules;
