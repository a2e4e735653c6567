import type {
  AttributeDefinition,
  Json,
  ListQuery,
  RequestContext,
  ResourceDefinition,
  Validators,
} from '@weft/contracts';
import { CONVERTERS, type Converter } from './converters';
import { parseCreateBody, parseUpdateBody, type ParsedCreate } from './parse-body';
import { parseFields, parseListQuery } from './parse-query';
import { VALIDATORS, type Validator } from './validators';

/** An attribute with everything looked up that a request would have to look up. */
export interface CompiledAttribute extends AttributeDefinition {
  readonly name: string;
  readonly converter: Converter | undefined;
  readonly validators: readonly { readonly accept: Validator; readonly parameter: unknown }[];
}

/** A definition, ready to judge requests. All methods throw {@link ApiError} and nothing else, whatever they are given. */
export interface CompiledResource {
  readonly definition: ResourceDefinition;
  /** In the definition's order, in which errors are reported. */
  readonly attributes: ReadonlyMap<string, CompiledAttribute>;
  /** The body of a POST, single or bulk. */
  parseCreate(body: unknown, ctx: RequestContext): ParsedCreate;
  /** The body of a PUT. */
  parseUpdate(body: unknown, ctx: RequestContext): Record<string, Json>;
  /** The query of a list. */
  parseQuery(query: URLSearchParams): ListQuery;
  /** `fields` of a show; undefined: all. */
  parseFields(query: URLSearchParams): readonly string[] | undefined;
}

/**
 * Makes a definition's parsers. They follow the order of checks of the Networking API: body, owner, unknown attributes, allowed and
 * required attributes, defaults, conversion, validation.
 *
 * @throws Error when the definition names a validator or converter that does not exist: a defect, found at start
 */
export function compileResource(definition: ResourceDefinition): CompiledResource {
  const attributes = new Map(
    Object.entries(definition.attributes).map(([name, attribute]) => [name, compileAttribute(name, attribute)]),
  );
  const compiled: CompiledResource = {
    definition,
    attributes,
    parseCreate: (body, ctx) => parseCreateBody(compiled, body, ctx),
    parseUpdate: (body, ctx) => parseUpdateBody(compiled, body, ctx),
    parseQuery: (query) => parseListQuery(compiled, query),
    parseFields,
  };
  return compiled;
}

function compileAttribute(name: string, attribute: AttributeDefinition): CompiledAttribute {
  return {
    ...attribute,
    name,
    converter: attribute.convert === undefined ? undefined : named(CONVERTERS, attribute.convert),
    validators: Object.entries(attribute.validate ?? impliedValidators(attribute)).map(([type, parameter]) => ({
      accept: named(VALIDATORS, type),
      parameter,
    })),
  };
}

/**
 * The reference leaves `binding:host_id` without a validator and lets its database refuse what is no text; here nothing which a
 * client may write is left unjudged.
 */
const impliedValidators = ({ type, post, put }: AttributeDefinition): Validators =>
  type === 'string' && (post || put) ? { 'type:string_or_none': 255 } : {};

function named<T>(table: Readonly<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(table, name)) throw new Error(`no validator or converter is called ${name}`);
  return table[name]!;
}
