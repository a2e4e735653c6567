import type { PolicyRules } from '../policy';

/** Who may do what with security groups, their rules and the templates of rules. */
export const SECURITY_GROUP_RULES = {
  admin_or_sg_owner: 'rule:context_is_admin or project_id:%(security_group:project_id)s',
  admin_owner_or_sg_owner: 'rule:owner or rule:admin_or_sg_owner',
  sg_owner: 'project_id:%(security_group:project_id)s',
  shared_security_group: 'field:security_groups:shared=True',
  rule_default_sg: 'field:security_group_rules:belongs_to_default_sg=True',
  create_default_security_group_rule: 'rule:admin_only',
  get_default_security_group_rule: 'role:reader',
  delete_default_security_group_rule: 'rule:admin_only',
  create_security_group: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'create_security_group:tags': '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  get_security_group: '(rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_security_group',
  'get_security_group:tags':
    '(rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_security_group',
  update_security_group: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'update_security_group:tags': '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  delete_security_group: '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  'delete_security_group:tags': '(rule:admin_only) or (role:member and project_id:%(project_id)s)',
  create_security_group_rule: '(rule:admin_only) or (role:member and rule:sg_owner)',
  get_security_group_rule: '(rule:admin_only) or (role:reader and rule:sg_owner)',
  delete_security_group_rule: '(rule:admin_only) or (role:member and rule:sg_owner)',
} as const satisfies PolicyRules;
