// The targets of every project, inferred from what is in its folder: a new project has them without writing any.
// Nx runs and caches them (nx.json: inputs and outputs); tools/testing/task.mjs is what each of them does.
const { existsSync, readdirSync } = require('node:fs');
const { dirname, join } = require('node:path');

const ROOT = join(__dirname, '..', '..');

const hasFile = (folder, ending) =>
  existsSync(folder) &&
  readdirSync(folder, { withFileTypes: true, recursive: true }).some(
    (entry) => entry.isFile() && entry.name.endsWith(ending),
  );

const task = (check) => ({ command: `node tools/testing/task.mjs ${check} {projectRoot}` });

/** Target → whether a project has it, and what it does. */
const PROJECT_TARGETS = [
  {
    name: 'build',
    when: (folder) => existsSync(join(folder, 'tsconfig.json')),
    does: { command: 'tsc -b {projectRoot}' },
  },
  { name: 'lint', when: () => true, does: task('lint') },
  { name: 'test:unit', when: (folder) => hasFile(join(folder, 'src'), '.spec.ts'), does: task('unit') },
  { name: 'test:int', when: (folder) => hasFile(join(folder, 'test'), '.int.ts'), does: task('integration') },
];

/** What is done for the whole repository, and the tests of the whole product. */
const ROOT_TARGETS = {
  lint: task('lint'),
  typecheck: task('typecheck'),
  'test:unit': { ...task('unit'), inputs: ['everything'] },
  'test:kernel': task('kernel'),
  'test:e2e': task('e2e'),
};

const targetsOf = (folder) => {
  if (folder === '.') return ROOT_TARGETS;
  const targets = PROJECT_TARGETS.filter(({ when }) => when(join(ROOT, folder)));
  // Tools read the whole repository.
  const inputs = folder.startsWith('tools/') ? { inputs: ['everything'] } : {};
  return Object.fromEntries(targets.map(({ name, does }) => [name, { ...does, ...inputs }]));
};

module.exports = {
  createNodesV2: [
    '{package.json,{libs,services,apps,tools}/*/package.json}',
    (files) =>
      files.map((file) => {
        const root = dirname(file);
        const workspace = root === '.' ? { name: 'weft', tags: ['type:workspace'] } : {};
        return [file, { projects: { [root]: { ...workspace, targets: targetsOf(root) } } }];
      }),
  ],
};
