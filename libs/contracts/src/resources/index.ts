import type { ResourceDefinition } from '../definition';
import { agents } from './agents';
import { drifts } from './drifts';
import { networks } from './networks';
import { ports } from './ports';
import { segments } from './segments';
import { subnets } from './subnets';

export { agents, drifts, networks, ports, segments, subnets };
export { EXTENSIONS } from './extensions';

/** Every resource of the Networking API that is served. */
export const RESOURCES: readonly ResourceDefinition[] = [networks, subnets, ports, segments, agents];
export type * from './types';

/** What Weft adds under `/weft/v1`. */
export const WEFT_RESOURCES: readonly ResourceDefinition[] = [drifts];
