import { builtinModules } from 'node:module';
import { circlesOf } from './circles';
import { allowedPackages, builtFolders, importsOf, packageOf, readProjects } from './projects';
import type { Project } from './projects';

/**
 * The tree is the architecture: dependencies as declared, as built and as imported are the same, and point one way.
 * (Which kind of project may import which is in eslint.config.mjs.)
 */
const projects = readProjects();
const byName = new Map(projects.map((project) => [project.name, project]));
const isService = (project: Project | undefined) => project?.folder.startsWith('services/') === true;
const weftImports = (project: Project) => [
  ...new Set(
    project.sources
      .filter(({ isTest }) => !isTest)
      .flatMap(({ imports }) => imports.map(packageOf))
      .filter((name) => name.startsWith('@weft/') && name !== project.name),
  ),
];

/** Longer files, each with the reason why it is one concept nonetheless. Path → reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};
/** Files that still import each other. Nothing is added here. */
const CIRCLES: readonly (readonly string[])[] = [
  ['libs/api/src/parse/compile.ts', 'libs/api/src/parse/parse-body.ts', 'libs/api/src/parse/parse-query.ts'],
  [
    'services/node-agent/src/planners/network/filter.plan.ts',
    'services/node-agent/src/planners/network/wiring.plan.ts',
  ],
  ['services/node-agent/src/metadata/instance.documents.ts', 'services/node-agent/src/metadata/network.data.ts'],
];
const LONG = 400;
/** Tests are lists, and a list may be longer than a thought. */
const LONG_TEST = 600;

describe.each(projects.map((project) => [project.folder, project] as const))('%s', (folder, project) => {
  it('declares in package.json exactly what it imports', () => {
    expect(project.dependencies.toSorted()).toEqual(weftImports(project).toSorted());
  });

  it('references in tsconfig.json exactly what it imports', () => {
    const imported = weftImports(project).map((name) => byName.get(name)?.folder ?? name);
    expect(project.references.toSorted()).toEqual(imported.toSorted());
  });

  it('is built by the root tsconfig.json', () => {
    expect(builtFolders()).toContain(folder);
  });

  it('says what type of project it is', () => {
    expect(project.tags.filter((tag) => tag.startsWith('type:'))).toHaveLength(1);
  });

  it('uses the front doors of other packages only', () => {
    const deep = project.sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => name.startsWith('@weft/') && name !== packageOf(name))
        .map((name) => `${path} imports ${name}`),
    );
    expect(deep).toEqual([]);
  });

  it('imports no service', () => {
    const wrong = project.sources
      .filter(({ isTest }) => !isTest)
      .flatMap(({ path, imports }) =>
        imports.filter((name) => isService(byName.get(packageOf(name)))).map((name) => `${path} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  it('takes third-party packages from the root package.json only', () => {
    const allowed = allowedPackages();
    const strange = project.sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => !name.startsWith('node:') && !name.startsWith('@weft/') && !allowed.has(packageOf(name)))
        .map((name) => (builtinModules.includes(name) ? `${path}: write node:${name}` : `${path} imports ${name}`)),
    );
    expect(strange).toEqual([]);
  });

  it('has no files that import each other', () => {
    const graph = new Map(project.sources.map(({ path, files }) => [path, files] as const));
    const tolerated = new Set(CIRCLES.map(String));
    expect(circlesOf(graph).filter((circle) => !tolerated.has(String(circle)))).toEqual([]);
  });

  it(`keeps files below ${LONG} lines (tests ${LONG_TEST}), or says why not`, () => {
    const long = project.sources.filter(
      ({ lines, path, isTest }) => lines > (isTest ? LONG_TEST : LONG) && LONG_FILES[path] === undefined,
    );
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });
});

describe(circlesOf.name, () => {
  it('finds files that import each other, also through others, and those alone', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', ['e']],
      ['e', []],
      ['f', ['g', 'a']],
      ['g', ['f']],
    ]);
    expect(circlesOf(graph)).toEqual([
      ['a', 'b', 'c'],
      ['f', 'g'],
    ]);
  });
});

describe(importsOf.name, () => {
  it('sees every form of import', () => {
    const text = `import a from 'a';
import type { B } from '@x/b/deep';
import {
  c,
} from 'c';
import 'd';
export * from 'e';
const f = await import('f');
import g from './g';
`;
    expect(importsOf(text)).toEqual(['a', '@x/b/deep', 'c', 'd', 'e', 'f']);
  });
});
