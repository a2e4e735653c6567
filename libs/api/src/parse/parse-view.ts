import { httpBadRequest, pythonRepr, type ViewDefinition, type ViewQuery } from '@weft/contracts';
import { parseLimit } from './parse-query';
import { VALIDATORS } from './validators';

/** The query of a view, as that of a list: a value that nothing can have matches nothing. @throws HTTPBadRequest */
export function parseViewQuery({ filters = {}, limited }: ViewDefinition, query: URLSearchParams): ViewQuery {
  const names = Array.from(new Set(query.keys()));
  const known = (name: string) => Object.hasOwn(filters, name) || (limited !== undefined && name === 'limit');
  const unknown = names.filter((name) => !known(name));
  if (unknown.length > 0) throw httpBadRequest(`${pythonRepr(unknown)} is invalid attribute for filtering`);
  const accepted = (name: string) => {
    const validators = Object.entries(filters[name]!.validate ?? {});
    return query
      .getAll(name)
      .filter((value) => validators.every(([type, given]) => VALIDATORS[type]!(value, given) === null));
  };
  const limit = parseLimit(query);
  return {
    filters: Object.fromEntries(names.filter((name) => name !== 'limit').map((name) => [name, accepted(name)])),
    ...(limit !== undefined && { limit }),
  };
}
