import type { PolicyRules } from '../policy';

/** Who may do what with agents and their work: an affair of administrators; anybody may know the availability zones. */
export const AGENT_RULES = {
  create_agent: 'rule:admin_only',
  get_agent: 'rule:admin_only',
  update_agent: 'rule:admin_only',
  delete_agent: 'rule:admin_only',
  'create_dhcp-network': 'rule:admin_only',
  'get_dhcp-networks': 'rule:admin_only',
  'delete_dhcp-network': 'rule:admin_only',
  'get_dhcp-agents': 'rule:admin_only',
  get_availability_zone: 'role:reader',
} as const satisfies PolicyRules;
