import { type Json, RESOURCES, resourceName } from '@weft/contracts';

/** What the gateway adds to the body of a POST. @param collection `networks`; of a sub-resource `policies/dscp_marking_rules` */
export function defaultsOf(collection: string): Record<string, Json> {
  const definition = RESOURCES.find((each) => resourceName(each) === collection);
  if (!definition) throw new Error(`there is no resource ${collection}`);
  const defaults = Object.entries(definition.attributes).flatMap(([name, { post, default: value }]) =>
    post && typeof value !== 'symbol' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(defaults);
}
