import type { PolicyRules } from '../policy';
import { AGENT_RULES } from './agent';
import { BASE_RULES } from './base';
import { DRIFT_RULES } from './drift';
import { NETWORK_RULES } from './network';
import { PORT_RULES } from './port';
import { SEGMENT_RULES } from './segment';
import { SUBNET_RULES } from './subnet';

/** The defaults of the OpenStack Networking API (the new ones: a bare `reader` cannot write). */
export const DEFAULT_RULES: PolicyRules = {
  ...BASE_RULES,
  ...NETWORK_RULES,
  ...SUBNET_RULES,
  ...PORT_RULES,
  ...SEGMENT_RULES,
  ...AGENT_RULES,
  ...DRIFT_RULES,
};
