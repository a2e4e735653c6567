/** Collects the values of a statement while its text is written: `bind` gives the placeholder. */
export class SqlText {
  readonly values: unknown[] = [];

  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /**
   * The column has one of the values. One value is compared plainly: an index on (column, key) then gives rows in the order of the
   * key, which it does not for a set.
   */
  among(column: string, values: readonly unknown[], type: string): string {
    return values.length === 1
      ? `${column} = ${this.bind(values[0])}::${type}`
      : `${column} = ANY(${this.bind(values)}::${type}[])`;
  }
}
