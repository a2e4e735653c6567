const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

/**
 * One configuration, four tiers. A test lives in the tier whose rule it keeps (CONTRIBUTING.md):
 *   unit         src/**\/*.spec.ts          no I/O
 *   integration  test/**\/*.int.ts          real PostgreSQL and NATS, no kernel
 *   kernel       tests/kernel/*.kernel.ts  real namespaces, links, daemons; root
 *   e2e          tests/e2e/*.e2e.ts        the whole product: only the public API and packets
 */
const tiers = {
  unit: ['**/src/**/*.spec.ts'],
  integration: ['**/test/**/*.int.ts'],
  kernel: ['<rootDir>/tests/kernel/**/*.kernel.ts'],
  e2e: ['<rootDir>/tests/e2e/**/*.e2e.ts'],
};
const tier = process.env.WEFT_TEST_TIER ?? 'unit';
/** One project's tests alone, as its Nx target runs them; `.`: those of no project. Default: all of the tier. */
const project = process.env.WEFT_TEST_PROJECT;
const unowned = () => [
  'tests',
  ...readdirSync(join(__dirname, 'tools'))
    .filter((name) => !existsSync(join(__dirname, 'tools', name, 'package.json')))
    .map((name) => `tools/${name}`),
];
const folders = project === undefined ? ['.'] : project === '.' ? unowned() : [project];

module.exports = {
  rootDir: __dirname,
  roots: folders.map((folder) => join(__dirname, folder)),
  testEnvironment: 'node',
  testMatch: tiers[tier],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    [`^@weft/(${readdirSync(join(__dirname, 'services')).join('|')})$`]: '<rootDir>/services/$1/src/index.ts',
    '^@weft/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  ...(tier === 'integration' && {
    globalSetup: '<rootDir>/tools/testing/integration.setup.mjs',
    globalTeardown: '<rootDir>/tools/testing/integration.teardown.mjs',
  }),
  // Tiers that own namespaces and hosts run their files one after the other; the others use both cores. Of unit tests, Nx runs
  // two projects at a time.
  maxWorkers: tier === 'integration' || (tier === 'unit' && project === undefined) ? 2 : 1,
  testTimeout: tier === 'unit' ? 20_000 : 60_000,
};
