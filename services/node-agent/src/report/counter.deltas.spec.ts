import fc from 'fast-check';
import { CounterDeltas } from './counter.deltas';

const at = (...entries: [string, number][]) => new Map(entries.map(([key, n]) => [key, [n]] as const));

describe(CounterDeltas.name, () => {
  it('repeats a batch as it was until it is acknowledged, also after a restart', () => {
    const book = new CounterDeltas();
    const first = book.take(at(['a', 5]))!;
    expect(first.deltas).toEqual({ a: [5] });
    expect(book.take(at(['a', 9]))).toBe(first);
    const again = new CounterDeltas(JSON.parse(JSON.stringify(book.save())));
    expect(again.take(at(['a', 9]))).toEqual(first);
    again.acknowledge(first);
    expect(again.take(at(['a', 9]))?.deltas).toEqual({ a: [4] });
  });

  it('counts from nothing what has begun anew, and says nothing of what has not changed', () => {
    const book = new CounterDeltas();
    book.acknowledge(book.take(at(['a', 5], ['b', 1]))!);
    expect(book.take(at(['a', 2], ['b', 1]))?.deltas).toEqual({ a: [2] });
  });

  it('tells each packet once, however batches, losses and restarts come', () => {
    const step = fc.record({
      grow: fc.nat(5),
      acknowledged: fc.boolean(),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let book = new CounterDeltas();
        let [kernel, told] = [0, 0];
        const seen = new Set<string>();
        for (const { grow, acknowledged, restart } of steps) {
          kernel += grow;
          const batch = book.take(at(['a', kernel]));
          if (batch && !seen.has(batch.id)) told += batch.deltas.a![0]!;
          if (batch) seen.add(batch.id);
          if (batch && acknowledged) book.acknowledge(batch);
          if (restart) book = new CounterDeltas(JSON.parse(JSON.stringify(book.save())));
        }
        for (let batch = book.take(at(['a', kernel])); batch; batch = book.take(at(['a', kernel]))) {
          if (!seen.has(batch.id)) told += batch.deltas.a![0]!;
          seen.add(batch.id);
          book.acknowledge(batch);
        }
        expect(told).toBe(kernel);
      }),
    );
  });
});
