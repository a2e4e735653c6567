import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { flushChanges, FsTree } from 'nx/src/generators/tree';
import { attempt } from '@weft/lab';

type Generator = (tree: FsTree, options: Record<string, string>) => Promise<() => void>;
/* eslint-disable @typescript-eslint/no-require-imports */
const service = require('../service/generator.cjs') as Generator;
const resource = require('../resource/generator.cjs') as Generator;
/* eslint-enable @typescript-eslint/no-require-imports */

const ROOT = resolve(__dirname, '../../..');
let copy: string;

/** The repository as the compiler sees it, in a place where it may be written to: libs copied, packages linked. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'weft-generators-'));
  for (const name of ['tsconfig.base.json', 'tsconfig.json', 'package.json', 'nx.json', '.prettierrc.json'])
    cpSync(join(ROOT, name), join(copy, name));
  cpSync(join(ROOT, 'libs'), join(copy, 'libs'), { recursive: true, preserveTimestamps: true });
  mkdirSync(join(copy, 'node_modules/@weft'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== '@weft') symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  for (const name of readdirSync(join(copy, 'libs')))
    symlinkSync(join(copy, 'libs', name), join(copy, 'node_modules/@weft', name));
}, 60_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const generate = async (generator: Generator, options: Record<string, string>) => {
  const tree = new FsTree(copy, false);
  await generator(tree, options);
  flushChanges(copy, tree.listChanges());
};

describe('generators', () => {
  it('make a service with a resource that compiles', async () => {
    await generate(service, { name: 'l3-test', owns: 'routers' });
    await generate(resource, { name: 'port-forwarding', service: 'l3-test', ext: 'floating-ip-port-forwarding' });
    const result = await attempt(
      [process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'services/l3-test'],
      {
        cwd: copy,
        timeoutMs: 150_000,
      },
    );
    expect(result.stdout).toBe('');
    expect(result.code).toBe(0);
    expect(existsSync(join(copy, 'services/l3-test/dist/port-forwarding/port-forwarding.service.js'))).toBe(true);
    expect(readFileSync(join(copy, 'tsconfig.json'), 'utf8')).toContain('services/l3-test');
  }, 180_000);

  it('refuse to write over what exists, and names that are none', async () => {
    await expect(generate(service, { name: 'l3-test', owns: 'x' })).rejects.toThrow('exists already');
    await expect(generate(service, { name: 'L3', owns: 'x' })).rejects.toThrow('lower-case words');
    await expect(generate(resource, { name: 'x', service: 'none' })).rejects.toThrow('there is no service none');
  });
});
