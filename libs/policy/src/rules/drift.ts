import type { PolicyRules } from '../policy';

/** Who may see what nodes mended: an affair of administrators. */
export const DRIFT_RULES = { get_drift: 'rule:admin_only' } as const satisfies PolicyRules;
