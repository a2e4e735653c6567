import type { PolicyRules } from '../policy';

/** Who may say where segment ids come from: an affair of administrators. */
export const NETWORK_SEGMENT_RANGE_RULES = {
  create_network_segment_range: 'rule:admin_only',
  'create_network_segment_range:tags': 'rule:admin_only',
  get_network_segment_range: 'rule:admin_only',
  'get_network_segment_range:tags': 'rule:admin_only',
  update_network_segment_range: 'rule:admin_only',
  'update_network_segment_range:tags': 'rule:admin_only',
  delete_network_segment_range: 'rule:admin_only',
  'delete_network_segment_range:tags': 'rule:admin_only',
} as const satisfies PolicyRules;
