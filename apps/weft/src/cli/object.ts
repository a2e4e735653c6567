import type { ApiClient } from '@weft/lab';
import { Failure } from '@weft/lab';

/** The id of an object by its id, its name, or, of a port, the name of its instance. @throws Failure where that is not one object */
export async function idOf(api: ApiClient, collection: string, nameOrId: string): Promise<string> {
  const named = await api.list(collection, { name: nameOrId });
  // A port that an instance's boot made bears no name: the instance does.
  const found =
    named.length === 0 && collection === 'ports' ? await api.list(collection, { device_id: nameOrId }) : named;
  if (found.length > 1)
    throw new Failure(
      `Several ${collection} are named "${nameOrId}": give the id of the one you mean (${found.map(({ id }) => id).join(', ')}).`,
    );
  return found[0]?.id ?? nameOrId;
}
