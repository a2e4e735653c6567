import type { PolicyRules } from '../policy';

/** Corrected drift: administrators only. */
export const DRIFT_RULES = { get_drift: 'rule:admin_only' } as const satisfies PolicyRules;
