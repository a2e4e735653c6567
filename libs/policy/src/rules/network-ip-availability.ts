import type { PolicyRules } from '../policy';

/** Who may see how many addresses are left. */
export const NETWORK_IP_AVAILABILITY_RULES = {
  get_network_ip_availability: '(rule:admin_only) or (rule:service_api)',
} as const satisfies PolicyRules;
