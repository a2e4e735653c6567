import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const { allProcesses, findSupervised } = createRequire(import.meta.url)('../../../libs/lab/dist/index.js');
export const IDLE_MS = 10_000;

/** Proportional set size in MB, as the kernel accounts it. */
export const pss = (pid) =>
  Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1_000;

export const withDescendants = (pids) => {
  const all = allProcesses();
  const found = new Set(pids);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
};

export const figures = [
  {
    name: 'memory-control-plane-idle',
    unit: 'MB PSS',
    bar: '<= 700 MB',
    met: ({ value }) => value <= 700,
    run: async (bench) => {
      const { home, postgres, nats, run } = await bench.controlPlane();
      await sleep(IDLE_MS);
      const services = findSupervised(home).map(({ pid }) => pid);
      const pids = withDescendants([...services, postgres.pid, nats.pid, run.pid]);
      return { value: pids.reduce((sum, pid) => sum + pss(pid), 0) };
    },
  },
];
