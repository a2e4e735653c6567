import { isStorableText, isUuidLike, keyOf, notFound, type ResourceDefinition } from '@weft/contracts';

/** Characters of a key that is not a UUID. */
const MAX_KEY_LENGTH = 255;

/**
 * An object's key as services know it. A text that cannot be a key names nothing: no service needs to be asked.
 * @throws the resource's not-found error
 */
export function requireKey(definition: ResourceDefinition, id: string): string {
  const { type } = keyOf(definition);
  const storable = isStorableText(id);
  const usable = type === 'uuid' ? isUuidLike(id) : storable && id !== '' && id.length <= MAX_KEY_LENGTH;
  if (!usable) throw notFound(definition.notFound, definition.title, storable ? id : '');
  return type === 'uuid' ? id.toLowerCase() : id;
}
