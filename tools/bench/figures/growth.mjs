import { listOf } from './read.mjs';

export const figures = [
  {
    name: 'list-50000-ports-growth',
    unit: 'x the time per port of 1,000',
    bar: '<= 1.2 (no worse than linear)',
    met: ({ value }) => value <= 1.2,
    run: async (bench) => {
      const thousand = await listOf(bench, 'thousand', '10.73.0.0/16', 1_000, 30);
      const all = await listOf(bench, 'many', '10.76.0.0/14', 50_000, 5);
      bench.say(`    1,000 ports ${thousand.toFixed(0)} ms, 50,000 ports ${all.toFixed(0)} ms`);
      return { value: all / 50 / thousand };
    },
  },
];
