import type { TokenIdentity } from '@weft/contracts';
import { digestOfToken, TokenCache } from './token-cache';

const holder = (userId: string, projectId: string | null, expiresAt = '2030-01-01T00:00:00Z'): TokenIdentity => ({
  userId,
  userName: userId,
  projectId,
  domainId: null,
  systemScope: false,
  roles: [],
  expiresAt,
});

describe(TokenCache.name, () => {
  const filled = () => {
    const cache = new TokenCache(30_000);
    cache.set('a', holder('u1', 'p1'), cache.epoch);
    cache.set('b', holder('u1', 'p2'), cache.epoch);
    cache.set('c', holder('u2', 'p2'), cache.epoch);
    return cache;
  };
  const kept = (cache: TokenCache) => ['a', 'b', 'c'].filter((digest) => cache.get(digest)).join('');

  it('forgets one token, those of a user, those of a project, or all', () => {
    const after = (revoked: object) => {
      const cache = filled();
      cache.revoke(revoked);
      return kept(cache);
    };
    expect(after({})).toBe('abc');
    expect(after({ tokens: ['b'] })).toBe('ac');
    expect(after({ userIds: ['u1'] })).toBe('c');
    expect(after({ projectIds: ['p2'] })).toBe('a');
    expect(after({ all: true })).toBe('');
  });

  it('does not give a token that has expired meanwhile', () => {
    let now = Date.parse('2029-12-31T23:59:59Z');
    const cache = new TokenCache(30_000, () => now);
    cache.set('a', holder('u1', 'p1'), cache.epoch);
    expect(cache.get('a')?.userId).toBe('u1');
    now += 1_000;
    expect(cache.get('a')).toBeUndefined();
  });

  it('does not keep an answer that was under way while something was revoked', () => {
    const cache = filled();
    const { epoch } = cache;
    cache.revoke({ userIds: ['u9'] });
    cache.set('d', holder('u9', 'p9'), epoch);
    expect(cache.get('d')).toBeUndefined();
  });

  it('caches nothing with a lifetime of 0', () => {
    const cache = new TokenCache(0);
    cache.set('a', holder('u1', 'p1'), cache.epoch);
    expect(cache.get('a')).toBeUndefined();
  });

  it('knows tokens by digest only', () => {
    expect(digestOfToken('x')).toMatch(/^[0-9a-f]{64}$/);
  });
});
