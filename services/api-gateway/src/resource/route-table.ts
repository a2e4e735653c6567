import {
  compileResource,
  type ActionDefinition,
  type CompiledResource,
  type ResourceDefinition,
} from '@weft/contracts';

/** What a path below `/v2.0/` names. */
export type Route =
  | { readonly kind: 'collection'; readonly resource: CompiledResource }
  | { readonly kind: 'object'; readonly resource: CompiledResource; readonly id: string }
  | {
      readonly kind: 'action';
      readonly resource: CompiledResource;
      readonly id: string;
      /** One per method that the path has. */
      readonly actions: readonly ActionDefinition[];
      readonly params: Readonly<Record<string, string>>;
      readonly pattern: string;
    };

/** Finds resources by path. `-` and `_` are the same in a collection's name. */
export class RouteTable {
  private readonly resources = new Map<string, CompiledResource>();

  constructor(definitions: readonly ResourceDefinition[]) {
    for (const definition of definitions) {
      this.resources.set(canonical(definition.path.slice(1)), compileResource(definition));
    }
  }

  /** @param segments decoded parts of the path below `/v2.0/` */
  find([collection, id, ...below]: readonly string[]): Route | null {
    const resource = collection === undefined ? undefined : this.resources.get(canonical(collection));
    if (!resource) return null;
    if (id === undefined) return { kind: 'collection', resource };
    if (below.length === 0) return { kind: 'object', resource, id };
    return findAction(resource, id, below);
  }

  collection(name: string): CompiledResource | undefined {
    return this.resources.get(canonical(name));
  }
}

const canonical = (name: string): string => name.replaceAll('_', '-');

function findAction(resource: CompiledResource, id: string, below: readonly string[]): Route | null {
  const actions: ActionDefinition[] = [];
  let params: Record<string, string> = {};
  for (const action of resource.definition.actions ?? []) {
    const matched = match(action.path.split('/'), below);
    if (!matched) continue;
    actions.push(action);
    params = matched;
  }
  return actions.length > 0 ? { kind: 'action', resource, id, actions, params, pattern: actions[0]!.path } : null;
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name !== undefined) params[name] = segments[i]!;
    else if (part !== segments[i]) return null;
  }
  return params;
}
