import { PeriodicWork, type Term } from './periodic-work';

const PERIOD_MS = 1_000;

describe(PeriodicWork.name, () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('runs at once and after each period, until it is stopped', async () => {
    const run = jest.fn(async () => undefined);
    const work = new PeriodicWork({ name: 'test', everyMs: PERIOD_MS }, run);
    work.start();
    await jest.advanceTimersByTimeAsync(2 * PERIOD_MS);
    expect(run).toHaveBeenCalledTimes(3);
    await work.stop();
    await jest.advanceTimersByTimeAsync(2 * PERIOD_MS);
    expect(run).toHaveBeenCalledTimes(3);
  });

  it('runs after a period first where it is delayed', async () => {
    const run = jest.fn(async () => undefined);
    const work = new PeriodicWork({ name: 'test', everyMs: PERIOD_MS, delayed: true }, run);
    work.start();
    await jest.advanceTimersByTimeAsync(PERIOD_MS - 1);
    expect(run).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
    await work.stop();
  });

  it('never overlaps rounds: however often it is triggered meanwhile, one follows', async () => {
    const ends: (() => void)[] = [];
    const run = jest.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
    const work = new PeriodicWork({ name: 'test', everyMs: PERIOD_MS }, run);
    work.start();
    await jest.advanceTimersByTimeAsync(3 * PERIOD_MS);
    expect(run).toHaveBeenCalledTimes(1);
    ends[0]!();
    await jest.advanceTimersByTimeAsync(0);
    expect(run).toHaveBeenCalledTimes(2);
    const stopped = work.stop();
    ends[1]!();
    await stopped;
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('goes on with the next round after one that failed', async () => {
    const run = jest.fn().mockRejectedValueOnce(new Error('no database')).mockResolvedValue(undefined);
    const work = new PeriodicWork({ name: 'test', everyMs: PERIOD_MS }, run);
    work.start();
    await jest.advanceTimersByTimeAsync(PERIOD_MS);
    await work.stop();
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('aborts the signal of a term that ends, waits for its round, and begins another term with a new signal', async () => {
    const terms: Term[] = [];
    const run = (term: Term) => {
      terms.push(term);
      return new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve()));
    };
    const work = new PeriodicWork({ name: 'test', everyMs: PERIOD_MS }, run);
    work.start();
    await jest.advanceTimersByTimeAsync(0);
    await work.stop();
    expect(terms.map(({ signal }) => signal.aborted)).toEqual([true]);
    work.start();
    await jest.advanceTimersByTimeAsync(0);
    expect(terms.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await work.stop();
  });

  it('is not triggered while another replica leads', async () => {
    const run = jest.fn(async () => undefined);
    new PeriodicWork({ name: 'test', everyMs: PERIOD_MS }, run).trigger();
    await jest.advanceTimersByTimeAsync(PERIOD_MS);
    expect(run).not.toHaveBeenCalled();
  });
});
