import { networkingFace } from '@weft/contracts';
import type { Endpoint } from './endpoint';
import { Router } from './router';

const endpoint = (path: string, aliases: readonly string[] = []): Endpoint => ({
  face: networkingFace,
  path,
  aliases,
  access: 'token',
  methods: {},
});

describe(Router.name, () => {
  it('decodes parameters and ignores the suffix .json and a slash at the end', () => {
    const router = new Router([endpoint('/v2.0/things/{id}')]);
    for (const path of ['/v2.0/things/a%2Fb', '/v2.0/things/a%2Fb.json', '/v2.0/things/a%2Fb/'])
      expect(router.find(path)?.params).toEqual({ id: 'a/b' });
  });

  it('finds nothing for a path that is not valid URL encoding', () => {
    expect(new Router([endpoint('/v2.0/things/{id}')]).find('/v2.0/things/%zz')).toBeNull();
  });

  it("prefers an endpoint's own path to the alias of another, in whatever order they are declared", () => {
    const first = endpoint('/v2.0/fw/rules', ['/v2.0/rules']);
    const second = endpoint('/v2.0/rules');
    for (const endpoints of [
      [first, second],
      [second, first],
    ])
      expect(new Router(endpoints).find('/v2.0/rules')?.endpoint).toBe(second);
  });

  it('takes static parts before parameters', () => {
    const router = new Router([endpoint('/v2.0/quotas/{project_id}'), endpoint('/v2.0/quotas/project')]);
    expect(router.find('/v2.0/quotas/project')?.endpoint.path).toBe('/v2.0/quotas/project');
    expect(router.find('/v2.0/quotas/other')?.endpoint.path).toBe('/v2.0/quotas/{project_id}');
  });
});
