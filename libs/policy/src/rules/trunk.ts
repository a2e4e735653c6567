import type { PolicyRules } from '../policy';

/** Who may do what with trunks. */
export const TRUNK_RULES = {
  create_trunk: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'create_trunk:tags': '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  get_trunk: '(rule:admin_only) or (role:reader and project_id:%(project_id)s)',
  'get_trunk:tags': '(rule:admin_only) or (role:reader and project_id:%(project_id)s)',
  update_trunk: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'update_trunk:tags': '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  delete_trunk: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'delete_trunk:tags': '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  get_subports: '(rule:admin_only) or (role:reader and project_id:%(project_id)s)',
  add_subports: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  remove_subports: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
} as const satisfies PolicyRules;
