import { Injectable } from '@nestjs/common';
import { openApiDocument } from '@weft/api';
import {
  type ApiFace,
  type ApiVersion,
  collectionUrl,
  EXTENSIONS,
  FACES,
  networkingFace,
  resourcesOf,
} from '@weft/contracts';
import { json } from '../http/answer';
import { resourceNotFound } from '../http/error-answer';
import type { Endpoint, EndpointSource, Exchange } from '../routing/endpoint';

/** The core resources: clients find the others by their extension. */
const CORE = new Set(['networks', 'subnets', 'subnetpools', 'ports']);

/** What the API says about itself: versions, core resources, extensions, OpenAPI. */
@Injectable()
export class DiscoveryEndpoints implements EndpointSource {
  private openApi: string | undefined;

  endpoints(): readonly Endpoint[] {
    const { endpoint, roots } = networkingFace;
    const root = `${endpoint}${roots[0]}`;
    return [
      ...FACES.filter(({ versions }) => versions.length > 0).map(versionsDocument),
      {
        face: networkingFace,
        path: '/openapi.json',
        access: 'public',
        methods: { GET: () => ({ status: 200, body: (this.openApi ??= JSON.stringify(openApiDocument())) }) },
      },
      { face: networkingFace, path: `${root}/`, access: 'token', methods: { GET: coreResources } },
      { face: networkingFace, path: `${root}/extensions`, access: 'token', methods: readOnly(listExtensions) },
      { face: networkingFace, path: `${root}/extensions/{alias}`, access: 'token', methods: readOnly(showExtension) },
    ];
  }
}

/** `GET <endpoint>/`: the versions of an API, without a token. */
function versionsDocument(face: ApiFace): Endpoint {
  const shown =
    (baseUrl: string) =>
    ({ id, status, updated, path }: ApiVersion) => ({
      id,
      status,
      ...(updated !== undefined && { updated }),
      links: [{ rel: 'self', href: `${baseUrl}${face.endpoint}${path}` }],
    });
  return {
    face,
    path: `${face.endpoint}/`,
    access: 'public',
    methods: { GET: ({ baseUrl }) => json(200, { versions: face.versions.map(shown(baseUrl)) }) },
  };
}

const coreResources = ({ request: { baseUrl } }: Exchange) =>
  json(200, {
    resources: resourcesOf(networkingFace)
      .filter(({ collection }) => CORE.has(collection))
      .map((definition) => ({
        name: definition.member,
        collection: definition.collection,
        links: [{ rel: 'self', href: `${baseUrl}${collectionUrl(definition)}` }],
      })),
  });

const documents = EXTENSIONS.map(({ name, alias, description, updated }) => ({
  name,
  alias,
  description,
  updated,
  links: [],
}));

const listExtensions = () => json(200, { extensions: documents });

function showExtension({ params: { alias } }: Exchange) {
  const extension = documents.find((each) => each.alias === alias);
  if (!extension) throw resourceNotFound();
  return json(200, { extension });
}

/** Writes to extensions are 404, as in the reference. */
const readOnly = <Handler>(GET: Handler) => {
  const refused = () => {
    throw resourceNotFound();
  };
  return { GET, POST: refused, PUT: refused, DELETE: refused };
};
