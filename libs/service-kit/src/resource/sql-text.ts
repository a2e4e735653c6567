/** Collects the values of a statement while its text is written: `bind` gives the placeholder. */
export class SqlText {
  readonly values: unknown[] = [];

  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}
