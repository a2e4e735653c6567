import type { PolicyRules } from '../policy';
export const SECURITY_GROUP_RULES = {
  shared_security_group: 'field:security_groups:shared=True',
  get_security_group: '(rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_security_group',
} as const satisfies PolicyRules;
