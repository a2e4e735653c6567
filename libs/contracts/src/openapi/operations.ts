import { collectionUrl, type ActionDefinition, type ResourceDefinition } from '../definition';
import { EXAMPLES } from './examples';
import type { Schema } from './schema';

const json = (schema: Schema, example?: unknown) => ({
  content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
});
const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const schemaRef = (name: string): Schema => ref('schemas', name);
const errors = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [ERROR_STATUS[name]!, ref('responses', name)]));

const ERROR_STATUS: Readonly<Record<string, string>> = {
  BadRequest: '400',
  Unauthorized: '401',
  Forbidden: '403',
  NotFound: '404',
  Conflict: '409',
  RevisionMismatch: '412',
  TooLarge: '413',
  Unavailable: '503',
};

const query = (name: string, schema: Schema, description: string) => ({ name, in: 'query', schema, description });
const repeated = (schema: Schema): Schema => ({ type: 'array', items: schema });
const FIELDS = query(
  'fields',
  repeated({ type: 'string' }),
  'Attributes to answer; repeatable. Unknown names are ignored.',
);
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  schema: { type: 'string', pattern: '^revision_number=\\d+$' },
  description: 'Do it only if the object still has this revision.',
};
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'Writes with the same key and project happen once.',
};

/** The paths of one resource: collection, object, actions. */
export function pathsOf(definition: ResourceDefinition): Record<string, unknown> {
  const { actions = [] } = definition;
  const url = collectionUrl(definition);
  const paths: Record<string, Record<string, unknown>> = {
    [url]: collectionOperations(definition),
    [`${url}/{id}`]: objectOperations(definition),
  };
  for (const action of actions) {
    (paths[`${url}/{id}/${action.path}`] ??= {})[action.method.toLowerCase()] = actionOperation(definition, action);
  }
  return paths;
}

function collectionOperations(definition: ResourceDefinition): Record<string, unknown> {
  const { title, member, collection, operations, bulk } = definition;
  const tags = [title];
  const example = EXAMPLES[collection];
  const single: Schema = { type: 'object', required: [member], properties: { [member]: schemaRef(`${title}Create`) } };
  const many: Schema = {
    type: 'object',
    required: [collection],
    properties: { [collection]: { type: 'array', minItems: 1, items: schemaRef(`${title}Create`) } },
  };
  const answered = envelope(member, schemaRef(title));
  return {
    get: {
      operationId: `list_${collection}`,
      summary: `List ${collection}`,
      tags,
      parameters: listParameters(definition),
      responses: {
        200: {
          description: 'What the caller may see.',
          ...json(
            {
              type: 'object',
              required: [collection],
              properties: {
                [collection]: { type: 'array', items: schemaRef(title) },
                [`${collection}_links`]: { type: 'array', items: schemaRef('Link') },
              },
            },
            example && { [collection]: [example.object] },
          ),
        },
        ...errors('BadRequest', 'Unauthorized', 'NotFound', 'Unavailable'),
      },
    },
    ...(operations.create && {
      post: {
        operationId: `create_${member}`,
        summary: bulk ? `Create a ${member}, or several: all of them or none` : `Create a ${member}`,
        tags,
        parameters: [IDEMPOTENCY_KEY],
        requestBody: {
          required: true,
          ...json(bulk ? { oneOf: [single, many] } : single, { [member]: example?.create }),
        },
        responses: {
          201: {
            description: 'Created.',
            ...json(
              bulk ? { oneOf: [answered, envelope(collection, { type: 'array', items: schemaRef(title) })] } : answered,
              example && { [member]: example.object },
            ),
          },
          ...errors('BadRequest', 'Unauthorized', 'Forbidden', 'NotFound', 'Conflict', 'TooLarge', 'Unavailable'),
        },
      },
    }),
  };
}

function objectOperations(definition: ResourceDefinition): Record<string, unknown> {
  const { title, member, collection, operations } = definition;
  const tags = [title];
  const example = EXAMPLES[collection];
  const answer = {
    description: `The ${member}.`,
    ...json(envelope(member, schemaRef(title)), example && { [member]: example.object }),
  };
  return {
    parameters: [ID],
    get: {
      operationId: `show_${member}`,
      summary: `Show a ${member}`,
      tags,
      parameters: [FIELDS],
      responses: { 200: answer, ...errors('Unauthorized', 'NotFound', 'Unavailable') },
    },
    ...(operations.update && {
      put: {
        operationId: `update_${member}`,
        summary: `Change a ${member}`,
        tags,
        parameters: [IF_MATCH, IDEMPOTENCY_KEY],
        requestBody: {
          required: true,
          ...json(
            { type: 'object', required: [member], properties: { [member]: schemaRef(`${title}Update`) } },
            { [member]: example?.update },
          ),
        },
        responses: {
          200: answer,
          ...errors(
            'BadRequest',
            'Unauthorized',
            'Forbidden',
            'NotFound',
            'Conflict',
            'RevisionMismatch',
            'Unavailable',
          ),
        },
      },
    }),
    ...(operations.delete && {
      delete: {
        operationId: `delete_${member}`,
        summary: `Delete a ${member}`,
        tags,
        parameters: [IF_MATCH, IDEMPOTENCY_KEY],
        responses: {
          204: { description: 'It is gone.' },
          ...errors(
            'BadRequest',
            'Unauthorized',
            'Forbidden',
            'NotFound',
            'Conflict',
            'RevisionMismatch',
            'Unavailable',
          ),
        },
      },
    }),
  };
}

function actionOperation({ title, member }: ResourceDefinition, action: ActionDefinition): Record<string, unknown> {
  const body = action.body && {
    requestBody: {
      required: true,
      ...json({
        type: 'object',
        required: Object.keys(action.body),
        properties: Object.fromEntries(
          Object.keys(action.body).map((key) => [key, repeated({ type: 'string', maxLength: 255 })]),
        ),
      }),
    },
  };
  const names = Array.from(action.path.matchAll(/\{(.+?)\}/g), (match) => match[1]!);
  return {
    operationId: `${action.name}_of_${member}`,
    summary: `${action.name.replaceAll('_', ' ')} of a ${member}`,
    tags: [title],
    parameters: [
      ID,
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', maxLength: 255 } })),
    ],
    ...body,
    responses: {
      [action.status]: action.status === 204 ? { description: 'Done.' } : { description: 'Done.', ...json({}) },
      ...errors('BadRequest', 'Unauthorized', 'Forbidden', 'NotFound', 'Unavailable'),
    },
  };
}

const envelope = (name: string, schema: Schema): Schema => ({
  type: 'object',
  required: [name],
  properties: { [name]: schema },
});

function listParameters({ attributes, pagination, sorting }: ResourceDefinition): unknown[] {
  const filters = Object.entries(attributes).filter(([, { filter }]) => filter === true);
  const sortable = Object.entries(attributes).filter(([, { sort }]) => sort === true);
  return [
    ...filters.map(([name]) => query(name, repeated({ type: 'string' }), 'Filter. Repeated: any of the values.')),
    FIELDS,
    ...(sorting && sortable.length > 0
      ? [
          query('sort_key', repeated({ enum: sortable.map(([name]) => name) }), 'With as many sort_dir.'),
          query('sort_dir', repeated({ enum: ['asc', 'desc'] }), 'Direction of the sort_key at the same place.'),
        ]
      : []),
    ...(pagination
      ? [
          query('limit', { type: 'integer', minimum: 0 }, 'Objects at most; 0: all.'),
          query('marker', { type: 'string', format: 'uuid' }, 'Id of the last object of the page before.'),
          query('page_reverse', { type: 'boolean' }, 'The page before the marker instead of the one after.'),
        ]
      : []),
  ];
}
