import fc from 'fast-check';
import { parseRate, RateLimit } from './rate-limit';

describe(parseRate, () => {
  it.each([
    ['100/s burst 200', { perSecond: 100, burst: 200 }],
    ['600/m', { perSecond: 10, burst: 600 }],
    [' 3600 / h  burst 1 ', { perSecond: 1, burst: 1 }],
  ])('reads "%s"', (text, rate) => expect(parseRate(text)).toEqual(rate));

  it.each(['', '100', '0/s', '-1/s', '1/d', '5/s burst 0', '5/s burst', '1e3/s'])('refuses "%s"', (text) =>
    expect(() => parseRate(text)).toThrow(/^WEFT_RATE_LIMIT is/),
  );
});

describe(RateLimit, () => {
  it('allows a burst, then the rate, and returns the seconds to wait', () => {
    let now = 0;
    const limit = new RateLimit({ perSecond: 2, burst: 3 }, () => now);
    expect([1, 2, 3].map(() => limit.wait('a'))).toEqual([0, 0, 0]);
    expect(limit.wait('a')).toBe(0.5);
    expect(limit.wait('b')).toBe(0);
    now = 499;
    expect(limit.wait('a')).toBeCloseTo(0.001);
    now = 500;
    expect(limit.wait('a')).toBe(0);
    expect(limit.wait('a')).toBe(0.5);
  });

  it('allows no more than burst and rate, and a request after the returned wait', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }), (pauses) => {
        let now = 0;
        let passed = 0;
        const limit = new RateLimit({ perSecond: 5, burst: 4 }, () => now);
        for (const pause of pauses) {
          now += pause;
          if (limit.wait('a') === 0) passed++;
          expect(passed).toBeLessThanOrEqual(4 + (now / 1000) * 5 + 1e-6);
        }
        const wait = limit.wait('a');
        now += wait * 1000 + 1e-6;
        expect(wait === 0 || limit.wait('a') === 0).toBe(true);
      }),
    );
  });
});
