import type { PolicyRules } from '../policy';

/** Segment ranges: administrators only. */
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
