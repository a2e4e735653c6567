import { factDefinition, type FactKey, type FactKind, parseFactKey } from '@weft/contracts';
import type { Database, FactProjection } from '@weft/persistence';
import { type FactSource, publishCurrent } from './fact-source';

/** The facts of a service as its rows have them, from the sources of its tables: what the audit compares FACTS with. */
export class Projection implements FactProjection {
  private readonly sources: ReadonlyMap<FactKind, FactSource<unknown>>;

  constructor(
    private readonly database: Database,
    sources: readonly FactSource<unknown>[],
  ) {
    this.sources = new Map(sources.flatMap((source) => kindsOf(source).map((kind) => [kind, source] as const)));
  }

  owns({ kind }: FactKey): boolean {
    return this.sources.has(kind);
  }

  async generations(): Promise<Map<string, number>> {
    const all = new Map<string, number>();
    for (const [kind, source] of this.sources) {
      const { keyOf } = factDefinition(kind);
      const rows = await this.database.query<Record<string, string> & { generation: number }>(
        source.generations[kind]!,
      );
      for (const row of rows) all.set(keyOf(row), row.generation);
    }
    return all;
  }

  async republish(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const parsed = parseFactKey(key);
      const source = parsed && this.sources.get(parsed.kind);
      if (source) await this.database.transaction((tx) => publishCurrent(tx, source, parsed));
    }
  }
}

const kindsOf = ({ generations }: FactSource<unknown>): FactKind[] => Object.keys(generations) as FactKind[];
