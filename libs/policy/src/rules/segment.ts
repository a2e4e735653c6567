import type { PolicyRules } from '../policy';

/** Who may do what with segments: an affair of administrators. */
export const SEGMENT_RULES = {
  create_segment: 'rule:admin_only',
  get_segment: 'rule:admin_only',
  update_segment: 'rule:admin_only',
  delete_segment: 'rule:admin_only',
} as const satisfies PolicyRules;
