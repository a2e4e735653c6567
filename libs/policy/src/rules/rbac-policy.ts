import type { PolicyRules } from '../policy';

/** Who may share what is his. */
export const RBAC_POLICY_RULES = {
  create_rbac_policy: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'create_rbac_policy:target_tenant':
    'rule:admin_only or (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*)',
  'create_rbac_policy:target_project': 'rule:admin_only or not field:rbac_policy:target_project=*',
  update_rbac_policy: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'update_rbac_policy:target_tenant':
    'rule:admin_only or (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*)',
  'update_rbac_policy:target_project': 'rule:admin_only or not field:rbac_policy:target_project=*',
  get_rbac_policy: '(rule:admin_only) or (role:reader and project_id:%(project_id)s)',
  delete_rbac_policy: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
} as const satisfies PolicyRules;
