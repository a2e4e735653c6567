import { compileResource, type CompiledResource } from '@weft/api';
import { resourceName, type ActionDefinition, type ResourceDefinition } from '@weft/contracts';

/** A resource where a path has it: of a sub-resource, below which object. */
export interface Place {
  readonly resource: CompiledResource;
  /** As the client wrote it. */
  readonly parentId?: string;
}

/** What a path below `/v2.0/` names. */
export type Route =
  | (Place & { readonly kind: 'collection' })
  | (Place & { readonly kind: 'object'; readonly id: string })
  | (Place & {
      readonly kind: 'action';
      readonly id: string;
      /** One per method that the path has. */
      readonly actions: readonly ActionDefinition[];
      readonly params: Readonly<Record<string, string>>;
      readonly pattern: string;
    });

/** A resource and what lies below its objects, by the segment of the path. */
interface Branch {
  readonly resource: CompiledResource;
  readonly children: Map<string, Branch>;
}

/** Finds resources by path. `-` and `_` are the same in a collection's name; the prefix of a service (`qos/policies`) may be left out. */
export class RouteTable {
  private readonly top = new Map<string, Branch>();

  constructor(definitions: readonly ResourceDefinition[]) {
    const branches = new Map<string, Branch>();
    // Parents first, in whatever order they are declared.
    const add = (definition: ResourceDefinition): Branch => {
      const known = branches.get(resourceName(definition));
      if (known) return known;
      const { parent } = definition;
      const branch = { resource: compileResource(definition), children: new Map<string, Branch>() };
      branches.set(resourceName(definition), branch);
      const path = canonical(definition.path.slice(1));
      const last = path.slice(path.lastIndexOf('/') + 1);
      if (parent) add(parent).children.set(last, branch);
      else this.top.set(path, branch).set(last, branch);
      return branch;
    };
    definitions.forEach(add);
  }

  /** @param segments decoded parts of the path below `/v2.0/` */
  find(segments: readonly string[]): Route | null {
    for (const length of [2, 1]) {
      const branch = this.top.get(canonical(segments.slice(0, length).join('/')));
      if (branch) return findBelow(branch, segments.slice(length), {});
    }
    return null;
  }

  collection(name: string): CompiledResource | undefined {
    return this.top.get(canonical(name))?.resource;
  }
}

const canonical = (name: string): string => name.replaceAll('_', '-');

function findBelow(
  { resource, children }: Branch,
  [id, ...below]: readonly string[],
  parent: { parentId?: string },
): Route | null {
  const place: Place = { resource, ...parent };
  if (id === undefined) return { kind: 'collection', ...place };
  if (below.length === 0) return { kind: 'object', ...place, id };
  const child = children.get(canonical(below[0]!));
  return child ? findBelow(child, below.slice(1), { parentId: id }) : findAction(place, id, below);
}

function findAction(place: Place, id: string, below: readonly string[]): Route | null {
  const actions: ActionDefinition[] = [];
  let params: Record<string, string> = {};
  for (const action of place.resource.definition.actions ?? []) {
    const matched = match(action.path.split('/'), below);
    if (!matched) continue;
    actions.push(action);
    params = matched;
  }
  return actions.length > 0 ? { kind: 'action', ...place, id, actions, params, pattern: actions[0]!.path } : null;
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
