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

module.exports = {
  rootDir: __dirname,
  testEnvironment: 'node',
  testMatch: tiers[tier],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@weft/(api-gateway|identity|ipam|fwaas|node-feed|node-agent)$': '<rootDir>/services/$1/src/index.ts',
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
  // Tiers that own namespaces and hosts run their files one after the other; the others use both cores.
  maxWorkers: ['unit', 'integration'].includes(tier) ? 2 : 1,
  testTimeout: tier === 'unit' ? 20_000 : 60_000,
};
