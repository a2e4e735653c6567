import {
  type ActionDefinition,
  collectionUrl,
  keyOf,
  type ResourceDefinition,
  resourceName,
  ruleWord,
} from '@weft/contracts';
import { EXAMPLES } from './examples';
import { schemaName, type Schema } from './schema';

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
  const object = `${url}/{${keyOf(definition).attribute}}`;
  const parents = parentParameters(definition);
  const paths: Record<string, Record<string, unknown>> = {
    [url]: { ...(parents.length > 0 && { parameters: parents }), ...collectionOperations(definition) },
    [object]: objectOperations(definition),
  };
  for (const action of actions) {
    (paths[`${object}/${action.path}`] ??= {})[action.method.toLowerCase()] = actionOperation(definition, action);
  }
  return paths;
}

const pathParameter = (name: string, type: 'uuid' | 'text') => ({
  name,
  in: 'path',
  required: true,
  schema: keySchema(type),
});

const keySchema = (type: 'uuid' | 'text'): Schema =>
  type === 'uuid' ? { type: 'string', format: 'uuid' } : { type: 'string', maxLength: 255 };

const parametersIn = (path: string): string[] => Array.from(path.matchAll(/\{(.+?)\}/g), (match) => match[1]!);

/** Of the objects that a sub-resource lies below, outermost first. */
const parentParameters = ({ parent, path }: ResourceDefinition): unknown[] =>
  parent ? parametersIn(path).map((name) => pathParameter(name, keyOf(parent).type)) : [];

const objectParameters = (definition: ResourceDefinition): unknown[] => {
  const { attribute, type } = keyOf(definition);
  return [...parentParameters(definition), pathParameter(attribute, type)];
};

/** `networks`, `policies_bandwidth_limit_rules`: what makes an operation's name unique. */
const operationName = (definition: ResourceDefinition): string => resourceName(definition).replaceAll(/\W/g, '_');

function collectionOperations(definition: ResourceDefinition): Record<string, unknown> {
  const { member, collection, operations, bulk } = definition;
  const schema = schemaName(definition);
  const tags = [schema];
  const example = EXAMPLES[resourceName(definition)];
  const single: Schema = { type: 'object', required: [member], properties: { [member]: schemaRef(`${schema}Create`) } };
  const many: Schema = {
    type: 'object',
    required: [collection],
    properties: { [collection]: { type: 'array', minItems: 1, items: schemaRef(`${schema}Create`) } },
  };
  const answered = envelope(member, schemaRef(schema));
  return {
    get: {
      operationId: `list_${operationName(definition)}`,
      summary: `List ${collection}`,
      tags,
      parameters: listParameters(definition),
      responses: {
        200: {
          description: 'The objects that are visible to the caller.',
          ...json(
            {
              type: 'object',
              required: [collection],
              properties: {
                [collection]: { type: 'array', items: schemaRef(schema) },
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
        operationId: `create_${ruleWord(definition)}`,
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
              bulk
                ? { oneOf: [answered, envelope(collection, { type: 'array', items: schemaRef(schema) })] }
                : answered,
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
  const { member, operations } = definition;
  const schema = schemaName(definition);
  const tags = [schema];
  const example = EXAMPLES[resourceName(definition)];
  const answer = {
    description: `The ${member}.`,
    ...json(envelope(member, schemaRef(schema)), example && { [member]: example.object }),
  };
  return {
    parameters: objectParameters(definition),
    get: {
      operationId: `show_${ruleWord(definition)}`,
      summary: `Show a ${member}`,
      tags,
      parameters: [FIELDS],
      responses: { 200: answer, ...errors('Unauthorized', 'NotFound', 'Unavailable') },
    },
    ...(operations.update && {
      put: {
        operationId: `update_${ruleWord(definition)}`,
        summary: `Change a ${member}`,
        tags,
        parameters: [IF_MATCH, IDEMPOTENCY_KEY],
        requestBody: {
          required: true,
          ...json(
            { type: 'object', required: [member], properties: { [member]: schemaRef(`${schema}Update`) } },
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
        operationId: `delete_${ruleWord(definition)}`,
        summary: `Delete a ${member}`,
        tags,
        parameters: [IF_MATCH, IDEMPOTENCY_KEY],
        responses: {
          204: { description: 'Deleted.' },
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

function actionOperation(definition: ResourceDefinition, action: ActionDefinition): Record<string, unknown> {
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
  return {
    operationId: `${action.name}_of_${ruleWord(definition)}`,
    summary: `${action.name.replaceAll('_', ' ')} of a ${definition.member}`,
    tags: [schemaName(definition)],
    parameters: [
      ...objectParameters(definition),
      ...parametersIn(action.path).map((name) => pathParameter(name, 'text')),
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

function listParameters(definition: ResourceDefinition): unknown[] {
  const { attributes, pagination, sorting } = definition;
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
          query('marker', keySchema(keyOf(definition).type), 'Id of the last object of the page before.'),
          query('page_reverse', { type: 'boolean' }, 'The page before the marker instead of the one after.'),
        ]
      : []),
  ];
}
