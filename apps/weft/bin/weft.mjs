#!/usr/bin/env node
// The operator's command line. `weft start` needs nothing built; everything else is compiled (src/cli).
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/index.js', import.meta.url));
if (process.argv[2] === 'start') {
  process.argv.splice(2, 1);
  await import('./start.mjs');
} else if (!existsSync(dist)) {
  console.error('Weft is not built yet: npm start (or npm ci && npm run build).');
  process.exitCode = 1;
} else {
  await createRequire(import.meta.url)('../dist/index.js').runCli(process.argv);
}
