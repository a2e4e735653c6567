#!/usr/bin/env node
// npm run bench: each figure beside its floor, measured in the same run, and into .weft/bench.json. A word picks figures by name.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/build.mjs';
import { Failure, main } from '../setup/failure.mjs';
import { prepare } from '../setup/prepare.mjs';

// In this order: what fills the database comes after what is measured on an empty one, and the cloud with hosts last: its
// idle processes would take from the others.
const FILES = [
  'memory',
  'write',
  'bulk',
  'read',
  'growth',
  'messages',
  'agent',
  'filter',
  'start',
  'active',
  'security',
  'dhcp',
];

await main(async () => {
  const words = process.argv.slice(2);
  const lab = process.platform === 'linux' && process.getuid?.() === 0;
  const say = (line) => console.log(line);
  prepare({ postgres: true, nats: true, lab, say });
  const figures = (await Promise.all(FILES.map((name) => import(`./figures/${name}.mjs`)))).flatMap(
    (file) => file.figures,
  );
  const chosen = figures.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0)
    throw new Failure(`No such figure; there are: ${figures.map(({ name }) => name).join(', ')}.`);

  // Loads what `prepare` has built.
  const { Bench } = await import('./bench.mjs');
  const bench = new Bench({ lab, say });
  const results = [];
  try {
    for (const figure of chosen) {
      if (figure.needsLab && !lab) {
        say(`  ${figure.name}: needs root, not measured`);
        results.push({ ...describe(figure), value: null, floor: null, ratio: null, met: false });
        continue;
      }
      say(`  ${figure.name} …`);
      const { value, floor = null } = await figure.run(bench);
      const result = {
        ...describe(figure),
        value,
        floor,
        ratio: floor === null ? null : value / floor,
        met: figure.met({ value, floor }),
      };
      results.push(result);
      say(line(result));
    }
  } finally {
    await bench.stop();
  }
  mkdirSync(join(ROOT, '.weft'), { recursive: true, mode: 0o700 });
  const file = join(ROOT, '.weft', 'bench.json');
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  say('');
  results.forEach((result) => say(line(result)));
  const missed = results.filter(({ met }) => !met);
  say(`\n${results.length - missed.length} of ${results.length} bars met; ${file}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
});

function describe({ name, unit, bar }) {
  return { name, unit, bar };
}

function line({ name, value, unit, floor, ratio, bar, met }) {
  const number = (n) => (n === null ? 'not measured' : n >= 100 ? n.toFixed(0) : n.toFixed(2));
  const beside = floor === null ? '' : `, floor ${number(floor)} (${ratio.toFixed(2)} ×)`;
  return `${met ? '✓' : '✗'} ${name.padEnd(34)} ${number(value)} ${unit}${beside}   bar: ${bar}`;
}
