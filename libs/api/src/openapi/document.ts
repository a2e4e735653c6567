import { collectionUrl, quotas, type ResourceDefinition, RESOURCES } from '@weft/contracts';
import { everywhere, neutronError, responses } from './failures';
import { pathsOf } from './operations';
import { bodySchema, responseSchema, schemaName, type Schema } from './schema';
import { ANSWERS, viewPaths } from './views';

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
  definitions: readonly ResourceDefinition[] = [...RESOURCES, quotas],
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
    paths: everywhere({
      '/': plain('list_versions', 'Versions of the API', true),
      '/v2.0/': plain('list_resources', 'Core resources'),
      '/v2.0/extensions': plain('list_extensions', 'Extensions by alias'),
      '/v2.0/extensions/{alias}': { parameters: [pathParameter('alias')], ...plain('show_extension', 'One extension') },
      ...Object.assign({}, ...definitions.map(pathsOf)),
      '/v2.0/quotas/{project_id}/default': {
        parameters: [pathParameter('project_id')],
        ...plain('show_default_quota', 'The default limits of a project'),
      },
      '/v2.0/quotas/{project_id}/details': {
        parameters: [pathParameter('project_id')],
        ...plain('show_quota_details', 'Limit, use and reservations of each resource'),
      },
      '/weft/v1/health': plain('show_health', 'Health of this gateway', true),
      ...Object.assign({}, ...definitions.map(viewPaths)),
    }),
    components: {
      securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' } },
      schemas: {
        ...Object.fromEntries(schemas),
        ...ANSWERS,
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
