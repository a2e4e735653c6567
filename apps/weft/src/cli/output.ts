/** Where verbs write: tables for people, JSON for programs (`--json`), progress on stderr so that it mixes with neither. */
export interface Output {
  readonly json: boolean;
  /** The result of a verb: as JSON, or in the words of `human`. */
  result(value: unknown, human: () => string): void;
  progress(line: string): void;
}

export const outputTo = (json: boolean): Output => ({
  json,
  result: (value, human) => {
    const text = json ? JSON.stringify(value, null, 2) : human();
    if (text !== '') process.stdout.write(`${text}\n`);
  },
  progress: (line) => void process.stderr.write(`${line}\n`),
});

/** Left-aligned columns under headings; a cell that is null is shown as "-". */
export function table(headings: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [headings, ...rows].map((row) =>
    row.map((cell) => (cell === null || cell === '' ? '-' : String(cell))),
  );
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `3 s`, `12 min`, `5 h`, `2 d` since an ISO 8601 time. */
export function ago(since: string | null, now = Date.now()): string | null {
  if (since === null) return null;
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
