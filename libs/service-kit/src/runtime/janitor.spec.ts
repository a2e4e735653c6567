import type { Database } from '@weft/persistence';
import { Janitor } from './janitor';

describe(Janitor.name, () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const own = 'DELETE FROM own';
  const janitorOf = (query: (text: string) => Promise<unknown>) => new Janitor({ query } as unknown as Database, [own]);

  it("forgets the kit's finished writes and what is the service's own, in each round, until it is stopped", async () => {
    const asked: string[] = [];
    const janitor = janitorOf(async (text) => asked.push(text));
    janitor.start();
    await jest.advanceTimersByTimeAsync(20 * 60_000);
    expect(asked).toEqual([
      ...[expect.stringContaining('finished_write'), own],
      ...[expect.stringContaining('finished_write'), own],
    ]);
    await janitor.stop();
    await jest.advanceTimersByTimeAsync(20 * 60_000);
    expect(asked).toHaveLength(4);
  });

  it('goes on with the next round after one that failed', async () => {
    const query = jest.fn().mockRejectedValueOnce(new Error('no database')).mockResolvedValue([]);
    const janitor = janitorOf(query);
    janitor.start();
    await jest.advanceTimersByTimeAsync(20 * 60_000);
    await janitor.stop();
    expect(query.mock.lastCall).toEqual([own]);
  });
});
