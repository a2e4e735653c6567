import findMyWay from 'find-my-way';
import type { Endpoint } from './endpoint';

/** An endpoint that a path names. */
export interface Match {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

/** Longer parameters match nothing. */
const MAX_PARAMETER = 8_192;

/**
 * Finds endpoints by path. `-` and `_` are the same in collection names, and the suffix `.json` is ignored, as in the reference. The method
 * is not part of the match: an unknown path is 404 whatever the method, a known one 405.
 */
export class Router {
  private readonly tree = findMyWay({ maxParamLength: MAX_PARAMETER });

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) this.add(endpoint.path, endpoint);
    // After all paths: an alias never hides another endpoint's own path.
    for (const endpoint of endpoints) for (const alias of endpoint.aliases ?? []) this.add(alias, endpoint);
  }

  /** @param path not decoded. @returns null for an unknown path and for one that is not valid URL encoding */
  find(path: string): Match | null {
    const found = this.tree.find('GET', path.replace(/\.json$/, '')) ?? this.tree.find('GET', path);
    if (!found?.store) return null;
    return { endpoint: found.store as Endpoint, params: found.params as Record<string, string> };
  }

  private add(template: string, endpoint: Endpoint): void {
    for (const spelling of spellings(template)) {
      const pattern = spelling.replace(/\{(\w+)\}/g, ':$1');
      if (!this.tree.hasRoute('GET', pattern)) this.tree.on('GET', pattern, () => undefined, endpoint);
    }
  }
}

/** A template with all dashes or all underscores in its static parts, with and without a slash at the end. */
function spellings(template: string): readonly string[] {
  const parts = template.split(/(\{\w+\})/);
  const spelled = (from: RegExp, to: string) =>
    parts.map((part) => (part.startsWith('{') ? part : part.replace(from, to))).join('');
  const paths = new Set([template, spelled(/_/g, '-'), spelled(/-/g, '_')]);
  return Array.from(paths).flatMap((path) => (path.endsWith('/') ? [path] : [path, `${path}/`]));
}
