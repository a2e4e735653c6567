import type { PolicyRules } from '../policy';

/** Who may do what with agents: an affair of administrators. */
export const AGENT_RULES = {
  create_agent: 'rule:admin_only',
  get_agent: 'rule:admin_only',
  update_agent: 'rule:admin_only',
  delete_agent: 'rule:admin_only',
} as const satisfies PolicyRules;
