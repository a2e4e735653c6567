import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  removeOrphans();
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b'], 'the build failed');
  writeFileSync(STAMP, now);
}

/**
 * Outputs whose source is gone. The compiler leaves them, and they may hide what took their place: `x.js` wins over `x/index.js`.
 */
function removeOrphans() {
  const walk = (dist, source) => {
    for (const entry of readdirSync(dist, { withFileTypes: true })) {
      const path = join(dist, entry.name);
      const [, name] = /^(.+)\.(?:d\.ts|js|js\.map)$/.exec(entry.name) ?? [];
      if (entry.isDirectory()) walk(path, join(source, entry.name));
      else if (name !== undefined && !existsSync(join(source, `${name}.ts`))) rmSync(path);
    }
  };
  for (const folder of ['libs', 'services', 'apps', 'tools'])
    for (const name of existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : []) {
      const dist = join(ROOT, folder, name, 'dist');
      if (existsSync(dist)) walk(dist, join(ROOT, folder, name, 'src'));
    }
}

/** Runs it with its output on ours; what it says on stderr is kept back, and of a failure only the first lines are shown. */
function run(command, args, failure) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' });
  if (result.error) throw new Failure(`${failure}: ${result.error.message}`);
  if (result.status === 0) return;
  const words = result.stderr.split('\n').map((line) => line.replace(/^npm (error|warn)\s*/, '').trim());
  throw new Failure(`${failure} (exit ${result.status}): ${words.filter(Boolean).slice(0, 3).join(' ')}`);
}
