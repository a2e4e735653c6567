import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { resolveImport } from './circles';

const ROOT = resolve(__dirname, '..', '..', '..');

/** A source file and what it imports. */
export interface SourceFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly lines: number;
  /** Module names as written; relative ones excluded. */
  readonly imports: readonly string[];
  /** The files of the project that it imports, types included. */
  readonly files: readonly string[];
  readonly isTest: boolean;
}

/** A package of the monorepo, as its files declare it and as its sources are. */
export interface Project {
  /** `libs/net` */
  readonly folder: string;
  /** `@weft/net` */
  readonly name: string;
  readonly tags: readonly string[];
  /** `@weft/…` in package.json. */
  readonly dependencies: readonly string[];
  /** Folders in tsconfig.json's references, relative to the repository. */
  readonly references: readonly string[];
  readonly sources: readonly SourceFile[];
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const folders = (parent: string): string[] =>
  readdirSync(join(ROOT, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, parent, entry.name, 'package.json')))
    .map(({ name }) => `${parent}/${name}`);

/** Every package in libs, services and apps. */
export const readProjects = (): Project[] => ['libs', 'services', 'apps'].flatMap(folders).map(readProject);

/** Third-party packages that the root package.json allows. */
export function allowedPackages(): ReadonlySet<string> {
  const { dependencies, devDependencies } = readJson<Record<string, Record<string, string>>>(
    join(ROOT, 'package.json'),
  );
  return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
}

/** Folders that the root tsconfig.json builds. */
export const builtFolders = (): string[] =>
  readJson<{ references: { path: string }[] }>(join(ROOT, 'tsconfig.json')).references.map(({ path }) =>
    path.replace(/^\.\//, ''),
  );

function readProject(folder: string): Project {
  const manifest = readJson<{ name: string; dependencies?: Record<string, string>; nx?: { tags?: string[] } }>(
    join(ROOT, folder, 'package.json'),
  );
  const { references = [] } = readJson<{ references?: { path: string }[] }>(join(ROOT, folder, 'tsconfig.json'));
  return {
    folder,
    name: manifest.name,
    tags: manifest.nx?.tags ?? [],
    dependencies: Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@weft/')),
    references: references.map(({ path }) => relative(ROOT, resolve(ROOT, folder, path))),
    sources: ['src', 'test'].flatMap((part) => readSources(join(ROOT, folder, part))),
  };
}

function readSources(directory: string): SourceFile[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const text = readFileSync(path, 'utf8');
      return {
        path: relative(ROOT, path),
        lines: text.split('\n').length,
        imports: importsOf(text),
        files: relativeImportsOf(text).flatMap((name) => {
          const file = resolveImport(path, name);
          return file === null ? [] : [relative(ROOT, file)];
        }),
        isTest:
          /\.(spec|int|kernel|e2e)\.ts$/.test(entry.name) ||
          relative(directory, path).startsWith('testing') ||
          directory.endsWith('/test'),
      };
    });
}

/** Modules of other packages. */
export const importsOf = (text: string): string[] => modulesOf(text).filter((name) => !name.startsWith('.'));

/** Files of the same package, as written. */
export const relativeImportsOf = (text: string): string[] => modulesOf(text).filter((name) => name.startsWith('.'));

/** Static, dynamic and required modules. A pattern, not a parser: prettier keeps the forms few. */
function modulesOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\b(?:import|require)\('([^']+)'\)/g;
  const found = Array.from(text.matchAll(pattern), ([, from, bare, called]) => from ?? bare ?? called ?? '');
  return [...new Set(found)];
}

/** `@weft/net/x` → `@weft/net`; `pg/lib/y` → `pg`. */
export const packageOf = (module: string): string =>
  module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
