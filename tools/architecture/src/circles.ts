import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** File → the files that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The file that a relative import means. @returns null when there is none (of a generated or foreign one) */
export function resolveImport(from: string, name: string): string | null {
  const path = join(dirname(from), name);
  return [`${path}.ts`, join(path, 'index.ts')].find(existsSync) ?? null;
}

/** Sets of files that import each other, directly or through others (Tarjan's strongly connected components); each is sorted. */
export function circlesOf(graph: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    path.push(file);
    for (const imported of graph.get(file) ?? []) {
      if (!order.has(imported)) visit(imported);
      if (path.includes(imported)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(imported)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}
