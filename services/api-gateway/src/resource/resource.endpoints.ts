import { Inject, Injectable } from '@nestjs/common';
import { compileResource, type CompiledResource } from '@weft/api';
import { collectionUrl, faceOfResource, httpBadRequest, keyOf, type ResourceDefinition } from '@weft/contracts';
import type { Endpoint, EndpointSource, Exchange } from '../routing/endpoint';
import { DEFINITIONS } from './definitions';
import { requireKey } from './key';
import { ResourceHandlers, type Target } from './resource.handlers';

/** Collections, objects and actions of every resource, derived from the definitions. */
@Injectable()
export class ResourceEndpoints implements EndpointSource {
  constructor(
    private readonly handlers: ResourceHandlers,
    @Inject(DEFINITIONS) private readonly definitions: readonly ResourceDefinition[],
  ) {}

  endpoints(): readonly Endpoint[] {
    return this.definitions.flatMap((definition) => {
      const resource = compileResource(definition);
      return [
        this.collection(resource),
        this.object(resource),
        ...actionPaths(definition).map((path) => this.action(resource, path)),
      ];
    });
  }

  private collection(resource: CompiledResource): Endpoint {
    const { definition } = resource;
    const face = faceOfResource(definition);
    const missingId = () => {
      throw face.missingId(definition);
    };
    return {
      ...located(definition, ''),
      access: 'token',
      methods: {
        GET: (exchange) => this.handlers.list(targetOf(resource, exchange), exchange),
        ...(definition.operations.create && {
          POST: (exchange) => this.handlers.create(targetOf(resource, exchange), exchange),
        }),
        PUT: missingId,
        DELETE: missingId,
      },
    };
  }

  private object(resource: CompiledResource): Endpoint {
    const { definition } = resource;
    const { operations } = definition;
    return {
      ...located(definition, `/{${keyOf(definition).attribute}}`),
      access: 'token',
      idParameter: keyOf(definition).attribute,
      methods: {
        GET: (exchange) => this.handlers.show(objectOf(resource, exchange), exchange),
        ...(operations.update && {
          PUT: (exchange) => this.handlers.update(objectOf(resource, exchange), exchange),
        }),
        ...(operations.delete && {
          DELETE: (exchange) => {
            if (exchange.request.hasBody) throw httpBadRequest('Request body is not supported in DELETE.');
            return this.handlers.delete(objectOf(resource, exchange), exchange);
          },
        }),
      },
    };
  }

  /** All actions of one path, one for each method. */
  private action(resource: CompiledResource, path: string): Endpoint {
    const { attribute } = keyOf(resource.definition);
    const actions = (resource.definition.actions ?? []).filter((action) => action.path === path);
    return {
      ...located(resource.definition, `/{${attribute}}/${path}`),
      access: 'token',
      idParameter: attribute,
      methods: Object.fromEntries(
        actions.map((action) => [
          action.method,
          (exchange: Exchange) => this.handlers.act(objectOf(resource, exchange), action, exchange),
        ]),
      ),
    };
  }
}

const actionPaths = ({ actions = [] }: ResourceDefinition): readonly string[] => [
  ...new Set(actions.map(({ path }) => path)),
];

/** Where a resource's path is served: under each root of its face, with the prefix of a service (`/qos/policies`) or without. */
function located(definition: ResourceDefinition, below: string): Pick<Endpoint, 'face' | 'path' | 'aliases'> {
  const face = faceOfResource(definition);
  const { path } = definition;
  const isPrefixed = path.split('/{', 1)[0]!.split('/').length > 2;
  const spellings = isPrefixed ? [path, path.slice(path.indexOf('/', 1))] : [path];
  const [, ...aliases] = face.roots.flatMap((root) =>
    spellings.map((spelling) => `${face.endpoint}${root}${spelling}${below}`),
  );
  return { face, path: `${collectionUrl(definition)}${below}`, aliases };
}

/** The collection that a path names. @throws the parent's not-found error */
function targetOf(resource: CompiledResource, { params }: Exchange): Target {
  const { parent, path } = resource.definition;
  if (!parent) return { resource };
  const name = /\{(\w+)\}[^{]*$/.exec(path)![1]!;
  return { resource, parentId: requireKey(parent, params[name] ?? '') };
}

/** The object that a path names. @throws the not-found error of the parent or the resource */
function objectOf(resource: CompiledResource, exchange: Exchange): Target & { readonly id: string } {
  const { definition } = resource;
  const target = targetOf(resource, exchange);
  return { ...target, id: requireKey(definition, exchange.params[keyOf(definition).attribute] ?? '') };
}
