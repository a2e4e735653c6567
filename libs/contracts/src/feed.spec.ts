import { scopeOf, underPrefix } from './feed';

describe('scopeOf', () => {
  it.each([
    ['node.h1', 'node.'],
    ['host.h1.port.x', 'host.h1.'],
    ['network.A', 'network.A'],
    ['router.R', 'router.R'],
    ['network.A.port.p', 'network.A'],
  ])('puts %s under %s', (key, scope) => {
    expect(scopeOf(key)).toBe(scope);
    expect(underPrefix(key, scope)).toBe(true);
  });
});
