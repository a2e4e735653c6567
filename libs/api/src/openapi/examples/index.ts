import { NETWORKS } from './networks';
import { SECURITY } from './security';
import type { Example } from './shared';
import { TRAFFIC } from './traffic';

export type { Example };

/** One object of each collection, as it is created, answered and changed. */
export const EXAMPLES: Readonly<Record<string, Example>> = { ...NETWORKS, ...SECURITY, ...TRAFFIC };
