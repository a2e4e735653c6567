import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'node_modules', '.weft-build');

/** npm keeps a copy of the lock file that it installed from; a newer one in the tree means that something changed. */
export function dependenciesAreStale() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  return !existsSync(installed) || statSync(join(ROOT, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

export function installDependencies(say) {
  if (!dependenciesAreStale()) return;
  say('Installing npm packages (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci failed');
}

/** Name, size and time of every file that the build reads: equal fingerprints, equal build. */
function fingerprint() {
  const hash = createHash('sha256');
  const walk = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === 'dist' || entry.name === 'node_modules') continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (/\.(ts|json)$/.test(entry.name) && !/\.spec\.ts$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${path} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of ['libs', 'services', 'apps', 'tools'])
    if (existsSync(join(ROOT, folder))) walk(join(ROOT, folder));
  for (const file of ['tsconfig.json', 'tsconfig.base.json']) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** Compiles when any source differs from what was compiled last. */
export function build(say) {
  const now = fingerprint();
  const built = existsSync(join(ROOT, 'apps/weft/dist')) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === now;
  if (built) return;
  say('Building');
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b'], 'the build failed');
  writeFileSync(STAMP, now);
}

/** Runs it with its output on ours; what it says on stderr is kept back, and of a failure only the first lines are shown. */
function run(command, args, failure) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' });
  if (result.error) throw new Failure(`${failure}: ${result.error.message}`);
  if (result.status === 0) return;
  const words = result.stderr.split('\n').map((line) => line.replace(/^npm (error|warn)\s*/, '').trim());
  throw new Failure(`${failure} (exit ${result.status}): ${words.filter(Boolean).slice(0, 3).join(' ')}`);
}
