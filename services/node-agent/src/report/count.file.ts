import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logger } from '@weft/telemetry';
import type { SavedCounts } from './counter.deltas';

const log = logger('traffic');
const FORMAT = 1;

/** What must survive the agent. */
export interface AllCounts {
  readonly drops: SavedCounts;
  readonly rules: SavedCounts;
}

/** What was told of counts, on disk. */
export class CountFile {
  private readonly path: string;
  private saved = '';

  constructor(stateDir: string) {
    this.path = join(stateDir, 'counts.json');
  }

  /** Null: there is none, or one that is not to be understood. Then all that the kernel has counted is told (once more). */
  load(): AllCounts | null {
    try {
      const saved = JSON.parse(readFileSync(this.path, 'utf8')) as AllCounts & { readonly format: number };
      return saved.format === FORMAT ? saved : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn({ err: error, file: this.path }, 'counts on disk are dropped');
      return null;
    }
  }

  save(counts: AllCounts): void {
    const text = JSON.stringify({ format: FORMAT, ...counts });
    if (text === this.saved) return;
    writeFileSync(`${this.path}.new`, text, { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
    this.saved = text;
  }
}
