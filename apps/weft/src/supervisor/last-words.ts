interface LogLine {
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}

/** What a program said last, for one sentence: of a JSON log line its message and its error's; else the line itself. */
export function lastWords(text: string): string {
  const lines = text
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '');
  const logged = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      // Not every line is JSON: a crash of Node itself is plain text, and then the last such line is what counts.
      return [];
    }
  });
  const failed = logged.findLast(({ err }) => err?.message !== undefined);
  if (failed) return `${failed.msg}: ${failed.err?.message}`;
  const error = lines.findLast((line) => /^\s*(\w*Error|error):/.test(line));
  return (error ?? logged.at(-1)?.msg ?? lines.at(-1) ?? 'it said nothing').trim();
}
