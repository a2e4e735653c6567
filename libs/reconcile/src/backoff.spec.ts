import fc from 'fast-check';
import { Backoff } from './backoff';
import { ManualClock } from './clock';

describe(Backoff.name, () => {
  it('doubles the delay of one object and leaves the others ready', () => {
    const clock = new ManualClock();
    const sut = new Backoff(clock, () => 1, { baseMs: 100, maxMs: 1_000 });
    const delays = [1, 2, 3, 4, 5, 6].map(() => sut.failed('bad', new Error('no')).retryAt - clock.now());
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(sut.ready('bad')).toBe(false);
    expect(sut.ready('good')).toBe(true);
  });

  it('starts afresh after a success', () => {
    const clock = new ManualClock();
    const sut = new Backoff(clock, () => 1, { baseMs: 100, maxMs: 1_000 });
    sut.failed('x', new Error('no'));
    sut.failed('x', new Error('no'));
    sut.forget('x');
    expect(sut.nextRetryAt()).toBeNull();
    expect(sut.failed('x', new Error('no')).attempts).toBe(1);
  });

  it('keeps every delay between half of the step and the step, whatever the dice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (times, dice) => {
        const clock = new ManualClock();
        const sut = new Backoff(clock, () => dice, { baseMs: 100, maxMs: 5_000 });
        for (let i = 0; i < times; i++) sut.failed('x', new Error('no'));
        const step = Math.min(5_000, 100 * 2 ** (times - 1));
        const delay = sut.get('x')!.retryAt;
        expect(delay).toBeGreaterThanOrEqual(step / 2);
        expect(delay).toBeLessThanOrEqual(step);
      }),
    );
  });
});
