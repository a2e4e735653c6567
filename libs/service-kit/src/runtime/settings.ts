/** Reads configuration from the environment: every variable is named once, with its default, where it is used. */
export interface Settings {
  text(name: string, fallback?: string): string;
  integer(name: string, fallback: number): number;
  optional(name: string): string | undefined;
}

/** @throws Error naming the variable, if it is required and missing or malformed: a service does not start half configured. */
export const settings: Settings = {
  text(name, fallback) {
    const value = process.env[name] ?? fallback;
    if (value === undefined) throw new Error(`${name} must be set`);
    return value;
  },
  integer(name, fallback) {
    const text = process.env[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new Error(`${name} must be an integer, not '${text}'`);
    return value;
  },
  optional: (name) => process.env[name] || undefined,
};
