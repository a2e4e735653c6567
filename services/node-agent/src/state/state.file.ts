import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Fact } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import { logger } from '@weft/telemetry';
import type { FactEntry } from './fact.store';

const log = logger('state');
/** A crash of the node loses at most the changes of this time, which the feed's digest finds, ms. */
const FLUSH_MS = 200;
/** The journal is folded into the snapshot when it is this much longer than the state itself. */
const FOLD_FACTOR = 2;
const FOLD_MIN = 1_000;

/**
 * Of what facts look like here. Facts of another form, which an agent of another version has left, are not understood: they are dropped,
 * and the feed tells them anew. Raise it with every change of the facts that an agent could misread.
 */
const FORM = 3;

type JournalEntry = readonly [key: string, fact: Fact | null];

interface Snapshot {
  readonly form: number;
  readonly facts: FactEntry[];
}
const EMPTY_SNAPSHOT = JSON.stringify({ form: FORM, facts: [] } satisfies Snapshot);
const JOURNAL_HEAD = JSON.stringify({ form: FORM });

/**
 * The facts on disk: a snapshot (`facts.json`, replaced by rename) and a journal of what came after (`facts.log`, a JSON line
 * each). Both begin with the number of their form. A torn last line is the mark of a crash and is dropped. The disk is a convenience, never the truth: the feed is.
 */
export class StateFile {
  private readonly snapshotPath: string;
  private readonly journalPath: string;
  private waiting: JournalEntry[] = [];
  private journalLines = 0;
  private cancel: (() => void) | null = null;

  /** @param current all facts, for the next snapshot. */
  constructor(
    directory: string,
    private readonly clock: Clock,
    private readonly current: () => Iterable<FactEntry>,
  ) {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    this.snapshotPath = join(directory, 'facts.json');
    this.journalPath = join(directory, 'facts.log');
  }

  /** What was written last. A file that cannot be understood is set aside, said, and counts as empty. */
  load(): FactEntry[] {
    try {
      const snapshot = JSON.parse(read(this.snapshotPath) || EMPTY_SNAPSHOT) as Snapshot;
      const [head, ...lines] = read(this.journalPath).split('\n');
      if (snapshot.form !== FORM || (lines.length > 0 && head !== JOURNAL_HEAD)) {
        log.info(
          { form: snapshot.form },
          'the facts on disk are of another version; they will come from the feed again',
        );
        for (const path of [this.snapshotPath, this.journalPath]) rmSync(path, { force: true });
        return [];
      }
      lines.pop();
      const facts = new Map<string, Fact>(snapshot.facts);
      for (const line of lines) {
        const [key, fact] = JSON.parse(line) as JournalEntry;
        if (fact) facts.set(key, fact);
        else facts.delete(key);
      }
      this.journalLines = lines.length;
      return [...facts];
    } catch (error) {
      log.error(
        { err: error },
        'the facts on disk cannot be read; they are set aside and will come from the feed again',
      );
      for (const path of [this.snapshotPath, this.journalPath]) setAside(path);
      return [];
    }
  }

  /** Notes changes; they reach the disk shortly. */
  record(entries: readonly JournalEntry[]): void {
    this.waiting.push(...entries);
    this.cancel ??= this.clock.after(FLUSH_MS, () => this.flush());
  }

  /** Writes what waits. */
  flush(): void {
    this.cancel?.();
    this.cancel = null;
    if (this.waiting.length === 0) return;
    this.tolerating(() => {
      const size = [...this.current()].length;
      if (this.journalLines + this.waiting.length > Math.max(FOLD_MIN, FOLD_FACTOR * size)) this.writeSnapshot();
      else {
        const lines = this.waiting.map((entry) => JSON.stringify(entry));
        if (!existsSync(this.journalPath)) lines.unshift(JOURNAL_HEAD);
        appendFileSync(this.journalPath, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
        this.journalLines += this.waiting.length;
      }
      this.waiting = [];
    });
  }

  /** Writes everything anew: a snapshot of the feed has come. */
  replace(): void {
    this.tolerating(() => this.writeSnapshot());
  }

  /** A disk that refuses (full, read-only) is said; the agent goes on without it, and tries again. */
  private tolerating(write: () => void): void {
    try {
      write();
    } catch (error) {
      log.error({ err: error }, 'the facts could not be written to disk');
      this.cancel ??= this.clock.after(FLUSH_MS * 25, () => {
        this.cancel = null;
        this.replace();
      });
    }
  }

  private writeSnapshot(): void {
    const fd = openSync(`${this.snapshotPath}.new`, 'w', 0o600);
    try {
      writeSync(fd, JSON.stringify({ form: FORM, facts: [...this.current()] } satisfies Snapshot));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${this.snapshotPath}.new`, this.snapshotPath);
    // A crash between the two replays old lines over the new snapshot: the same facts, or older ones that the feed mends.
    rmSync(this.journalPath, { force: true });
    this.journalLines = 0;
    this.waiting = [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function setAside(path: string): void {
  try {
    renameSync(path, `${path}.unreadable`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
