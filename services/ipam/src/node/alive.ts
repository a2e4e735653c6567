import { AGENT_DEAD_MS } from '@weft/contracts';
import { settings } from '@weft/service-kit';

const DEAD_SECONDS = settings.integer('WEFT_AGENT_DEAD_SECONDS', AGENT_DEAD_MS / 1000);

/** SQL condition on a row `alias` of `node`: it has been heard of lately. The one place where a node is judged dead. */
export const alive = (alias: string): string => `${alias}.heartbeat_at > now() - interval '${DEAD_SECONDS} seconds'`;
