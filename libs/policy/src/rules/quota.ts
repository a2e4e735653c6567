import type { PolicyRules } from '../policy';

/** Who may see and change the limits of projects. Of his own project everybody sees them. */
export const QUOTA_RULES = {
  get_quota: '(rule:admin_only) or (role:manager and project_id:%(project_id)s)',
  update_quota: 'rule:admin_only',
  delete_quota: 'rule:admin_only',
} as const satisfies PolicyRules;
