import type { AttributeDefinition } from './definition';
import { DROP_REASONS } from './reports';

/** What Weft tells of objects of the Networking API: `GET /weft/v1/<collection>/<id>/<view>`, asked of the owner by the view's name. */
export interface ViewDefinition {
  readonly collection: string;
  readonly view: string;
  readonly summary: string;
  /** What its query may ask for; repeated: any of the values. */
  readonly filters: Readonly<Record<string, Pick<AttributeDefinition, 'validate'>>>;
  /** What `limit` bounds; undefined: there is no such thing. */
  readonly limited?: string;
}

export const VIEWS: readonly ViewDefinition[] = [
  {
    collection: 'ports',
    view: 'drops',
    summary: 'Why packets of a port did not pass: how many for which reason, and the latest of those that were sampled',
    filters: { reason: { validate: { 'type:values': DROP_REASONS } } },
    limited: 'samples, the newest first',
  },
  {
    collection: 'security-group-rules',
    view: 'stats',
    summary:
      'How many packets and bytes a rule has let pass (of a stateful group: those that begin a flow); for operators also on which host',
    filters: {},
  },
];
