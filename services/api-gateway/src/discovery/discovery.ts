import { EXTENSIONS, RESOURCES } from '@weft/contracts';
import { json, type Answer } from '../http/answer';
import type { EdgeRequest } from '../http/edge-request';
import { resourceNotFound } from '../http/error-answer';

/** `GET /`: which versions of the API there are. */
export const versions = ({ baseUrl }: EdgeRequest): Answer =>
  json(200, {
    versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${baseUrl}/v2.0/` }] }],
  });

/** The core resources: the others are found by their extension. */
const CORE = new Set(['networks', 'subnets', 'subnetpools', 'ports']);

/** `GET /v2.0/` */
export const resources = ({ baseUrl }: EdgeRequest): Answer =>
  json(200, {
    resources: RESOURCES.filter(({ collection }) => CORE.has(collection)).map(({ member, collection, path }) => ({
      name: member,
      collection,
      links: [{ rel: 'self', href: `${baseUrl}/v2.0${path}` }],
    })),
  });

const documents = EXTENSIONS.map(({ name, alias, description, updated }) => ({
  name,
  alias,
  description,
  updated,
  links: [],
}));

/** `GET /v2.0/extensions[/{alias}]`; nothing else may be done with extensions. */
export function extensions({ method }: EdgeRequest, [alias, ...below]: readonly string[]): Answer {
  if (method !== 'GET' || below.length > 0) throw resourceNotFound();
  if (alias === undefined) return json(200, { extensions: documents });
  const extension = documents.find((each) => each.alias === alias);
  if (!extension) throw resourceNotFound();
  return json(200, { extension });
}
