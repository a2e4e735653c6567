import Ajv, { type JSONSchemaType } from 'ajv';
import { badRequest } from './identity-error';

const ajv = new Ajv({ allErrors: false, coerceTypes: false });

type Properties = Readonly<Record<string, object>>;

/** What fields of a body must be. */
export const text = (max = 255) => ({ type: 'string', maxLength: max });
export const name = (max = 255) => ({ type: 'string', minLength: 1, maxLength: max, pattern: '\\S' });
export const optionalText = (max = 255) => ({ type: ['string', 'null'], maxLength: max });
export const flag = { type: 'boolean' };

/**
 * Takes the object under `member` out of a body and holds its fields against what they must be. Fields that are not named are left
 * out: Identity ignores what it does not know.
 */
export function bodyParser<T extends object>(member: string, properties: Properties, required: readonly string[] = []) {
  const valid = ajv.compile<T>({ type: 'object', properties, required } as unknown as JSONSchemaType<T>);
  return (body: unknown): T => {
    const value = (body as Record<string, unknown> | undefined | null)?.[member];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw badRequest(`Expecting to find ${member} in request body.`);
    }
    const given = Object.fromEntries(
      Object.keys(properties).flatMap((key) =>
        Object.hasOwn(value, key) ? [[key, (value as Record<string, unknown>)[key]]] : [],
      ),
    );
    if (!valid(given)) {
      const [error] = valid.errors!;
      throw badRequest(`Invalid input for field '${error!.instancePath.slice(1) || member}': ${error!.message}`);
    }
    return given;
  };
}
