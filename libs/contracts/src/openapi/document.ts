import { collectionUrl, type ResourceDefinition } from '../definition';
import { quotas } from '../quotas';
import { RESOURCES, WEFT_RESOURCES } from '../resources';
import { VIEWS } from '../views';
import { pathsOf } from './operations';
import { bodySchema, responseSchema, schemaName, type Schema } from './schema';

const neutronError: Schema = {
  type: 'object',
  required: ['NeutronError'],
  properties: {
    NeutronError: {
      type: 'object',
      required: ['type', 'message', 'detail'],
      properties: {
        type: { type: 'string', description: 'Name of the failure; clients may switch on it.' },
        message: { type: 'string' },
        detail: { type: 'string' },
      },
    },
  },
};

const failure = (description: string, type: string, message: string) => ({
  description,
  content: {
    'application/json': {
      schema: { $ref: '#/components/schemas/NeutronError' },
      example: { NeutronError: { type, message, detail: '' } },
    },
  },
});

const responses = {
  BadRequest: failure(
    'Malformed, or a value is not acceptable.',
    'HTTPBadRequest',
    "Unrecognized attribute(s) 'bogus'",
  ),
  Unauthorized: {
    description: 'No token, or one that no longer holds.',
    headers: { 'WWW-Authenticate': { schema: { type: 'string' }, example: 'Keystone uri="http://127.0.0.1:5000/v3"' } },
    content: {
      'application/json': {
        example: {
          error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
        },
      },
    },
  },
  Forbidden: failure('Policy forbids it.', 'PolicyNotAuthorized', 'rule:update_network is disallowed by policy'),
  NotFound: failure(
    'Not there, or not visible to the caller.',
    'NetworkNotFound',
    'Network 38360a2d… could not be found.',
  ),
  Conflict: failure(
    'The state of things forbids it.',
    'IpAddressAlreadyAllocated',
    'IP address 10.0.0.5 already allocated in subnet 9ee47171…',
  ),
  RevisionMismatch: failure(
    'If-Match does not hold.',
    'RevisionNumberConstraintFailed',
    'Constrained to 1, but current revision is 2',
  ),
  TooLarge: failure(
    'Split it.',
    'HTTPRequestEntityTooLarge',
    'The body of your request was too large for this server.',
  ),
  Unavailable: failure('Try again in a moment.', 'ServiceUnavailable', 'The service is temporarily unavailable.'),
};

const plain = (operationId: string, summary: string, open = false) => ({
  get: {
    operationId,
    summary,
    ...(open && { security: [] }),
    responses: {
      200: { description: 'The document.', content: { 'application/json': { schema: { type: 'object' } } } },
    },
  },
});

/** The OpenAPI 3.1 document of everything that the gateway serves, made from the definitions. */
export function openApiDocument(
  definitions: readonly ResourceDefinition[] = [...RESOURCES, quotas, ...WEFT_RESOURCES],
): Record<string, unknown> {
  const schemas = definitions.flatMap((definition): [string, Schema][] => [
    [schemaName(definition), responseSchema(definition)],
    ...(definition.operations.create
      ? [[`${schemaName(definition)}Create`, bodySchema(definition, 'post')] as [string, Schema]]
      : []),
    ...(definition.operations.update
      ? [[`${schemaName(definition)}Update`, bodySchema(definition, 'put')] as [string, Schema]]
      : []),
  ]);
  const status = plain(
    'show_status',
    'What is proven of an object, what is pending, on which node, since when, and why',
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'Weft Networking API',
      version: '2.0',
      description: 'The OpenStack Networking API v2.0, and what Weft adds under /weft/v1.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: definitions.map((definition) => ({ name: schemaName(definition), description: collectionUrl(definition) })),
    paths: {
      '/': plain('list_versions', 'Versions of the API', true),
      '/v2.0/': plain('list_resources', 'Core resources'),
      '/v2.0/extensions': plain('list_extensions', 'Extensions by alias'),
      '/v2.0/extensions/{alias}': { parameters: [pathParameter('alias')], ...plain('show_extension', 'One extension') },
      ...Object.assign({}, ...definitions.map(pathsOf)),
      '/v2.0/quotas/{project_id}/default': {
        parameters: [pathParameter('project_id')],
        ...plain('show_default_quota', 'The limits of a project of which nothing was said'),
      },
      '/v2.0/quotas/{project_id}/details': {
        parameters: [pathParameter('project_id')],
        ...plain('show_quota_details', 'Limit, use and reservations of each resource'),
      },
      '/weft/v1/health': plain('show_health', 'Health of this gateway', true),
      '/weft/v1/status/ports/{id}': {
        parameters: [pathParameter('id')],
        ...status,
      },
      ...Object.fromEntries(
        VIEWS.map(({ collection, view, summary }) => [
          `/weft/v1/${collection}/{id}/${view}`,
          {
            parameters: [pathParameter('id')],
            ...plain(`show_${view}_of_${collection.replaceAll('-', '_')}`, summary),
          },
        ]),
      ),
    },
    components: {
      securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' } },
      schemas: {
        ...Object.fromEntries(schemas),
        NeutronError: neutronError,
        Link: {
          type: 'object',
          required: ['rel', 'href'],
          properties: { rel: { enum: ['next', 'previous'] }, href: { type: 'string', format: 'uri' } },
        },
      },
      responses,
    },
  };
}

const pathParameter = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
