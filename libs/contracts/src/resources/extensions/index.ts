import type { ExtensionDefinition } from '../../definition';
import { COMMON } from './common';
import { NETWORKS } from './networks';
import { NODES } from './nodes';
import { PORTS } from './ports';
import { SECURITY } from './security';
import { TRAFFIC } from './traffic';

/**
 * What `/v2.0/extensions` advertises. Clients switch features on by these aliases: an alias is here if, and only if, every
 * attribute and route of it is served.
 */
export const EXTENSIONS: readonly ExtensionDefinition[] = [
  ...NETWORKS,
  ...PORTS,
  ...SECURITY,
  ...TRAFFIC,
  ...NODES,
  ...COMMON,
];
