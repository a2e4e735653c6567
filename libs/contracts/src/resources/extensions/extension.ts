import type { ExtensionDefinition } from '../../definition';

/** When the first ones were published. */
export const CORE = '2012-01-01T10:00:00-00:00';

export const extension = (alias: string, name: string, updated: string, description: string): ExtensionDefinition => ({
  alias,
  name,
  description,
  updated,
});
