import type { PolicyRules } from '../policy';

const OWNER = '(rule:admin_only) or (role:member and project_id:%(project_id)s)';
const READER = '(rule:admin_only) or (role:reader and project_id:%(project_id)s)';

/**
 * Who may do what with policy targets. The document of clusters asks that only administrators make them: who is in one may send as somebody else.
 */
export const POLICY_TARGET_RULES = {
  shared_policy_target_group: 'field:policy_target_groups:shared=True',
  create_policy_target_group: OWNER,
  'create_policy_target_group:shared': 'rule:admin_only',
  'create_policy_target_group:service_management': 'rule:admin_only',
  get_policy_target_group: `${READER} or rule:shared_policy_target_group`,
  update_policy_target_group: OWNER,
  'update_policy_target_group:shared': 'rule:admin_only',
  'update_policy_target_group:service_management': 'rule:admin_only',
  delete_policy_target_group: OWNER,
  create_policy_target: OWNER,
  'create_policy_target:cluster_id': 'rule:admin_only',
  get_policy_target: READER,
  update_policy_target: OWNER,
  'update_policy_target:cluster_id': 'rule:admin_only',
  delete_policy_target: OWNER,
} as const satisfies PolicyRules;
