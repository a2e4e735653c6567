import { AGENT_DEAD_MS } from '@weft/contracts';

/** SQL condition on a row `alias` of `node`: it has been heard of lately. The one place where a node is judged dead. */
export const alive = (alias: string): string =>
  `${alias}.heartbeat_at > now() - interval '${AGENT_DEAD_MS} milliseconds'`;
