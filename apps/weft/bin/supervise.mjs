#!/usr/bin/env node
// The detached supervisor; started by start.mjs and `weft start`, with their arguments and an IPC channel for its progress.
import { createRequire } from 'node:module';
import { options } from './options.mjs';

const { runDetached } = createRequire(import.meta.url)('../dist/index.js');
try {
  await runDetached(options(process.argv.slice(2).filter((word) => word.startsWith('--'))));
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
