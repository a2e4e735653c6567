import { type ApiFace, networkingFace, type ResourceDefinition, RESOURCES } from '@weft/contracts';
import { Router } from '../routing/router';
import { ResourceEndpoints } from './resource.endpoints';
import type { ResourceHandlers } from './resource.handlers';

const routerOf = (definitions: readonly ResourceDefinition[]) =>
  new Router(new ResourceEndpoints({} as ResourceHandlers, definitions).endpoints());
const named = (router: Router, path: string) => {
  const match = router.find(path);
  return match && { path: match.endpoint.path, params: { ...match.params } };
};
const networks = RESOURCES[0]!;

describe(ResourceEndpoints.name, () => {
  const router = routerOf([...RESOURCES, { ...networks, collection: 'a_b', path: '/a-b' }]);

  it('serves collections, objects and actions', () => {
    expect(named(router, '/v2.0/networks')).toEqual({ path: '/v2.0/networks', params: {} });
    expect(named(router, '/v2.0/networks/x')).toEqual({ path: '/v2.0/networks/{id}', params: { id: 'x' } });
    expect(named(router, '/v2.0/networks/x/tags/red')).toEqual({
      path: '/v2.0/networks/{id}/tags/{tag}',
      params: { id: 'x', tag: 'red' },
    });
    const tag = router.find('/v2.0/networks/x/tags/red')!.endpoint;
    expect(Object.keys(tag.methods)).toEqual(['GET', 'PUT', 'DELETE']);
  });

  it('serves nothing else', () => {
    for (const path of ['', '/nope', '/networks/x/nope', '/agents/x/tags', '/networks/x/tags/a/b']) {
      expect(router.find(`/v2.0${path}`)).toBeNull();
    }
    expect(router.find('/weft/v1/networks')).toBeNull();
  });

  it("serves a resource under its face's root", () => {
    expect(named(router, '/weft/v1/drifts')).toEqual({ path: '/weft/v1/drifts', params: {} });
    expect(router.find('/v2.0/drifts')).toBeNull();
  });

  const parent = { ...networks, collection: 'policies', path: '/qos/policies' };
  const rules = { ...parent, collection: 'some_rules', path: '/qos/policies/{policy_id}/some_rules', parent };
  // Declared before its parent.
  const nested = routerOf([rules, parent, networks]);

  it('serves what lies below an object, with the id of that object', () => {
    expect(named(nested, '/v2.0/qos/policies/p/some_rules')).toEqual({
      path: '/v2.0/qos/policies/{policy_id}/some_rules',
      params: { policy_id: 'p' },
    });
    expect(named(nested, '/v2.0/qos/policies/p/some-rules/r')).toEqual({
      path: '/v2.0/qos/policies/{policy_id}/some_rules/{id}',
      params: { policy_id: 'p', id: 'r' },
    });
    expect(named(nested, '/v2.0/qos/policies/p/some_rules/r/tags')).toEqual({
      path: '/v2.0/qos/policies/{policy_id}/some_rules/{id}/tags',
      params: { policy_id: 'p', id: 'r' },
    });
    expect(nested.find('/v2.0/networks/p/some_rules')).toBeNull();
  });

  it('lets the prefix of a service be left out, and no other part', () => {
    for (const below of ['/p', '/p/some_rules'])
      expect(named(nested, `/v2.0/policies${below}`)).toEqual(named(nested, `/v2.0/qos/policies${below}`));
    for (const path of ['/qos', '/qos/networks', '/nope/policies', '/some_rules']) {
      expect(nested.find(`/v2.0${path}`)).toBeNull();
    }
  });

  it('takes dashes for underscores', () => {
    expect(named(router, '/v2.0/a_b')).toEqual({ path: '/v2.0/a-b', params: {} });
    expect(named(router, '/v2.0/a-b')).toEqual({ path: '/v2.0/a-b', params: {} });
  });

  it('serves a resource of a further face under each of its roots, below its endpoint', () => {
    const face: ApiFace = {
      ...networkingFace,
      name: 'other',
      endpoint: '/other',
      roots: ['/v2/things', '/v2.0/things'],
    };
    const other = routerOf([networks, { ...networks, face, collection: 'members', path: '/pools' }]);
    for (const root of face.roots)
      expect(named(other, `/other${root}/pools/x`)).toEqual({
        path: '/other/v2/things/pools/{id}',
        params: { id: 'x' },
      });
    expect(other.find('/v2.0/pools')).toBeNull();
    expect(named(other, '/v2.0/networks')).toEqual({ path: '/v2.0/networks', params: {} });
  });
});
