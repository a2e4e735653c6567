import type { ResourceDefinition } from '../definition';
import { agents } from './agents';
import { networks } from './networks';
import { ports } from './ports';
import { segments } from './segments';
import { subnets } from './subnets';

export { agents, networks, ports, segments, subnets };
export { EXTENSIONS } from './extensions';

/** Every resource that the API serves. */
export const RESOURCES: readonly ResourceDefinition[] = [networks, subnets, ports, segments, agents];
export type * from './types';
