import {
  type AttributeDefinition,
  type ResourceDefinition,
  ruleWord,
  UNSPECIFIED,
  type ValueType,
} from '@weft/contracts';

/** A JSON Schema (2020-12), as OpenAPI 3.1 uses it. */
export type Schema = { readonly [key: string]: unknown };

const uuid: Schema = { type: 'string', format: 'uuid' };
const ip: Schema = {
  anyOf: [
    { type: 'string', format: 'ipv4' },
    { type: 'string', format: 'ipv6' },
  ],
};
const list = (items: Schema): Schema => ({ type: 'array', items });
const text = (max: unknown): Schema => ({ type: 'string', ...(typeof max === 'number' && { maxLength: max }) });
const object = (properties: Record<string, Schema>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

const rangeSchema = (bounds: unknown): Schema => {
  const [minimum, maximum] = bounds as readonly [number | null, number | null];
  return { type: 'integer', ...(minimum !== null && { minimum }), ...(maximum !== null && { maximum }) };
};

/** Validator name → what it accepts. */
const VALIDATED: Readonly<Record<string, (parameter: unknown) => Schema>> = {
  'type:string': text,
  'type:string_or_none': (max) => orNull(text(max)),
  'type:name_string': text,
  'type:name_string_or_none': (max) => orNull(text(max)),
  'type:name_not_default': text,
  'type:uuid': () => uuid,
  'type:uuid_or_none': () => orNull(uuid),
  'type:gbp_uuid_or_none': () => orNull(uuid),
  'type:subnetpool_id_or_none': () => orNull(uuid),
  'type:values': (values) => ({ enum: values }),
  'type:non_negative': () => ({ type: 'integer', minimum: 0 }),
  'type:mac_address': () => ({ type: 'string', pattern: '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$' }),
  'type:ip_address_or_none': () => orNull(ip),
  'type:subnet_or_none': () => orNull({ type: 'string', description: 'CIDR' }),
  'type:ip_pools': () => list(object({ start: ip, end: ip }, ['start', 'end'])),
  'type:fixed_ips': () => list(object({ subnet_id: uuid, ip_address: ip })),
  'type:nameservers': () => list(ip),
  'type:hostroutes': () =>
    list(object({ destination: { type: 'string', description: 'CIDR' }, nexthop: ip }, ['destination', 'nexthop'])),
  'type:dict_or_none': () => orNull({ type: 'object' }),
  'type:not_empty_name_string': (max) => ({ ...text(max), minLength: 1 }),
  'type:boolean': () => ({ type: 'boolean' }),
  'type:range': (bounds) => rangeSchema(bounds),
  'type:range_or_none': (bounds) => orNull(rangeSchema(bounds)),
  'type:dns_host_name': text,
  'type:dns_domain_name': text,
  'type:network_segments': () => list({ type: 'object' }),
  'type:list_of_subnet_service_types': () => list({ type: 'string' }),
  'type:availability_zone_hint_list': () => list({ type: 'string' }),
  'type:valid_target_project': () => ({ type: 'string', minLength: 1, maxLength: 255 }),
  'type:subnet_list': () => list({ type: 'string', description: 'CIDR' }),
  'type:uuid_list': () => list(uuid),
  'type:gbp_resource_name': () => text(255),
  'type:allowed_address_pairs': () =>
    list(object({ ip_address: { type: 'string', description: 'address or CIDR' }, mac_address: { type: 'string' } })),
  'type:subports': () => list({ type: 'object' }),
  'type:list_of_any_key_specs_or_none': () => orNull(list({ type: 'object' })),
  'type:list_of_unique_strings': (max) => ({ ...list(text(max)), uniqueItems: true }),
};

const CONVERTED: Readonly<Record<string, Schema>> = {
  convert_to_boolean: { type: 'boolean' },
  convert_to_int: { type: 'integer' },
  convert_to_boolean_if_not_none: { type: ['boolean', 'null'] },
  convert_protocol: { type: ['string', 'integer'], description: 'A name, or a number from 0 to 255' },
  convert_validate_port_value: { type: 'integer', minimum: 0, maximum: 65_535 },
  convert_ip_prefix_to_cidr: { type: 'string', description: 'CIDR' },
};

const NAMED: Readonly<Record<ValueType, Schema>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  object: { type: 'object' },
  uuid_list: list(uuid),
  object_list: list({ type: 'object' }),
  string_list: list({ type: 'string' }),
  integer_list: list({ type: 'integer' }),
};

/** A schema that also takes null. */
function orNull(schema: Schema): Schema {
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  if (Array.isArray(schema.enum))
    return schema.enum.includes(null) ? schema : { enum: [...(schema.enum as unknown[]), null] };
  return { anyOf: [schema, { type: 'null' }] };
}

/** What an attribute's value is in a body. */
export function schemaOf({
  type,
  convert,
  validate = {},
}: Pick<AttributeDefinition, 'type' | 'convert' | 'validate'>): Schema {
  if (type) return NAMED[type];
  const parts = Object.entries(validate).map(([name, parameter]) => VALIDATED[name]!(parameter));
  return Object.assign({}, convert === undefined ? {} : CONVERTED[convert], ...parts) as Schema;
}

const isNullable = ({ nullable, post, default: standard }: AttributeDefinition): boolean =>
  nullable === true || (post && standard === null);

/** `Network`, `PolicyBandwidthLimitRule`. */
export const schemaName = (definition: ResourceDefinition): string =>
  ruleWord(definition).replaceAll(/(?:^|[^a-z0-9]+)([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());

/** An answer's object. Attributes may be missing: by `fields`, or because policy hides them. */
export function responseSchema({ attributes }: ResourceDefinition): Schema {
  const visible = Object.entries(attributes).filter(([, attribute]) => attribute.visible);
  return {
    type: 'object',
    properties: Object.fromEntries(
      visible.map(([name, attribute]) => {
        const schema = attribute.answered ? NAMED[attribute.answered] : schemaOf(attribute);
        return [name, isNullable(attribute) ? orNull(schema) : schema];
      }),
    ),
  };
}

/** The object in the body of a POST or PUT. */
export function bodySchema({ attributes }: ResourceDefinition, verb: 'post' | 'put'): Schema {
  const allowed = Object.entries(attributes).filter(([, attribute]) => attribute[verb]);
  const required = allowed.filter(([name, { default: standard }]) => verb === 'post' && isRequired(standard, name));
  return object(
    Object.fromEntries(
      allowed.map(([name, attribute]) => {
        const schema =
          isNullable(attribute) || takesNull(attribute) ? orNull(schemaOf(attribute)) : schemaOf(attribute);
        const standard = attribute.default;
        return [name, verb === 'post' && typeof standard !== 'symbol' ? { ...schema, default: standard } : schema];
      }),
    ),
    required.map(([name]) => name),
  );
}

/** Converters that make something of null. */
const takesNull = ({ convert }: AttributeDefinition): boolean =>
  convert === 'convert_to_mac_if_none' ||
  convert === 'convert_none_to_empty_list' ||
  convert === 'convert_none_to_empty_dict' ||
  convert === 'convert_allocation_pools_to_canonical_format';

/** The owner is required, too, but the edge fills it in from the token. */
const isRequired = (standard: AttributeDefinition['default'], name: string): boolean =>
  typeof standard === 'symbol' && standard !== UNSPECIFIED && name !== 'tenant_id' && name !== 'project_id';
