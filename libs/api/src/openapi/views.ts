import { DROP_REASONS, type ResourceDefinition, ruleWord, type ViewDefinition, weftFace } from '@weft/contracts';
import { schemaOf, type Schema } from './schema';

const text: Schema = { type: 'string' };
const time: Schema = { type: 'string', format: 'date-time' };
const count: Schema = { type: 'integer', minimum: 0 };
const list = (items: Schema): Schema => ({ type: 'array', items });

/** An object of these properties, required but for those whose names end in `?`. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  const named = Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const);
  const required = Object.keys(properties).filter((name) => !name.endsWith('?'));
  return { type: 'object', required, properties: Object.fromEntries(named), additionalProperties: false };
}

const reason: Schema = { enum: DROP_REASONS };
const port: Schema = { type: 'integer', minimum: 0, maximum: 65_535 };
const byte: Schema = { type: 'integer', minimum: 0, maximum: 255 };
const dropSample = object({
  ...{ reason, direction: { enum: ['egress', 'ingress'] }, at: time, ethertype: text },
  ...{ source_mac: text, destination_mac: text, 'source_ip?': text, 'destination_ip?': text },
  ...{ 'protocol?': byte, 'source_port?': port, 'destination_port?': port, 'icmp_type?': byte, 'icmp_code?': byte },
});
const requirement = object({
  ...{ node: { type: ['string', 'null'] }, component: text, state: { enum: ['proven', 'pending', 'absent', 'error'] } },
  ...{ generation: { type: ['integer', 'null'] }, since: { type: ['string', 'null'], format: 'date-time' } },
  ...{ 'reason?': text, 'detail?': text },
});

/** What Weft's own documents are, by the names of their schemas. */
export const ANSWERS = {
  Status: object({
    ...{ resource: text, id: { type: 'string', format: 'uuid' }, status: text, generation: { type: 'integer' } },
    requirements: list(requirement),
  }),
  Drops: object({
    drops: object({
      counts: list(object({ reason, packets: count, last_at: time })),
      samples: list(dropSample),
    }),
  }),
  Stats: object({
    stats: object({
      ...{ packets: count, bytes: count },
      'hosts?': list(object({ host: text, packets: count, bytes: count, updated_at: time })),
    }),
  }),
} satisfies Readonly<Record<string, Schema>>;

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const errors = (...names: readonly [status: number, name: string][]) =>
  Object.fromEntries(names.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]));

/** The views of a resource, below Weft's root. */
export const viewPaths = (definition: ResourceDefinition): Record<string, unknown> =>
  Object.fromEntries(
    (definition.views ?? []).map((view) => [`${weftFace.roots[0]}${view.path}`, pathOf(definition, view)]),
  );

const pathOf = (definition: ResourceDefinition, view: ViewDefinition) => ({
  parameters: [id],
  get: {
    operationId: `show_${view.name}_of_${ruleWord(definition)}`,
    summary: view.summary,
    parameters: queryOf(view),
    responses: {
      ...answered(view.schema),
      ...errors([400, 'BadRequest'], [404, 'NotFound'], [503, 'Unavailable']),
    },
  },
});

const answered = (name: string) => ({
  200: {
    description: 'The document.',
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
  },
});

const queryOf = ({ filters = {}, limited }: ViewDefinition) => [
  ...Object.entries(filters).map(([name, { validate = {} }]) => ({
    ...{ name, in: 'query', description: 'Filter. Repeated: any of the values.' },
    schema: list(schemaOf({ validate })),
  })),
  ...(limited === undefined
    ? []
    : [
        {
          ...{ name: 'limit', in: 'query', description: `At most so many ${limited}; 0: all.` },
          schema: { type: 'integer', minimum: 0 },
        },
      ]),
];
