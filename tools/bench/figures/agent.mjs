import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { IDLE_MS, pss, withDescendants } from './memory.mjs';

const { findSupervised } = createRequire(import.meta.url)('../../../libs/lab/dist/index.js');

export const figures = [
  {
    name: 'memory-node-agent',
    unit: 'MB PSS',
    bar: '<= 120 MB',
    needsLab: true,
    met: ({ value }) => value <= 120,
    run: async (bench) => {
      const { home } = await bench.wholeCloud();
      await sleep(IDLE_MS);
      // The one that takes most; with what it has started.
      const sizes = ['node-agent-host1', 'node-agent-host2'].map((name) =>
        withDescendants(findSupervised(home, name).map(({ pid }) => pid)).reduce((sum, pid) => sum + pss(pid), 0),
      );
      return { value: Math.max(...sizes) };
    },
  },
];
