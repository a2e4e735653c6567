import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { createProjectGraphAsync, readCachedProjectGraph } from '@nx/devkit';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { WITH_SPREAD_TRICKS } from './tools/architecture/spread-tricks.mjs';

// The boundaries rule reads Nx's cached graph and is silently skipped without one; the daemon would outlive us.
process.env.NX_DAEMON = 'false';
process.env.NX_ISOLATE_PLUGINS = 'false';
// As a task of Nx, the graph is the one that Nx has just made.
if (process.env.NX_TASK_TARGET_PROJECT) readCachedProjectGraph();
else await createProjectGraphAsync({ exitOnError: true });

/** `...[a, b]` and `...{ a, b }` hide which argument or property is which: name them. */
const SPREAD_TRICKS = ['ArrayExpression', 'ObjectExpression', 'TSAsExpression > ArrayExpression'].map((spread) => ({
  selector: `SpreadElement > ${spread}`,
  message: 'Name what is passed instead of spreading a literal.',
}));

/** What a project of a type may import. Services never import services: they share libs/contracts and nothing else. */
const depConstraints = [
  ['type:domain', ['type:domain']],
  ['type:contract', ['type:contract', 'type:domain']],
  ['type:kit', ['type:kit', 'type:contract', 'type:domain']],
  ['type:dataplane', ['type:dataplane', 'type:kit', 'type:contract', 'type:domain']],
  ['type:service', ['type:kit', 'type:dataplane', 'type:contract', 'type:domain']],
  ['type:lab', ['type:lab', 'type:contract', 'type:domain']],
  ['type:app', ['type:lab', 'type:kit', 'type:contract', 'type:domain']],
  ['type:tool', ['type:tool', 'type:contract', 'type:domain']],
  // What belongs to no project: the tests of the whole product, and scripts.
  ['type:workspace', ['*']],
  ['type:testing', ['type:testing', 'type:lab', 'type:kit', 'type:contract', 'type:domain']],
].map(([sourceTag, onlyDependOnLibsWithTags]) => ({ sourceTag, onlyDependOnLibsWithTags }));

/** Tests of whatever project stand on the lab and the checkers as well. */
const testConstraints = depConstraints.map(({ sourceTag, onlyDependOnLibsWithTags }) => ({
  sourceTag,
  onlyDependOnLibsWithTags: [...onlyDependOnLibsWithTags, 'type:lab', 'type:testing'],
}));
const boundaries = (constraints) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { enforceBuildableLibDependency: false, allow: [], depConstraints: constraints },
  ],
});

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.weft/', '.nx/', '/coverage/', 'tools/generators/**/files/'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['libs/*/src/**/*.ts', 'services/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The rules that need types and find real defects: a promise nobody waits for is an error nobody sees.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  { files: ['**/*.ts'], plugins: { '@nx': nx }, rules: boundaries(depConstraints) },
  { files: ['**/*.spec.ts', '**/test/**/*.ts'], rules: boundaries(testConstraints) },
  {
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  { files: ['**/*.ts'], ignores: WITH_SPREAD_TRICKS, rules: { 'no-restricted-syntax': ['error', ...SPREAD_TRICKS] } },
  {
    // Libraries and services speak through their logger; only command lines print.
    files: ['libs/*/src/**/*.ts', 'services/*/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
        process: 'readonly',
        console: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
      },
    },
  },
  prettier,
);
