interface PgError extends Error {
  readonly code?: string;
  readonly constraint?: string;
  readonly detail?: string;
  readonly driverError?: PgError;
}

/** TypeORM wraps the driver's error in its own. */
const driverError = (error: unknown): PgError | undefined => {
  if (!(error instanceof Error)) return undefined;
  return (error as PgError).driverError ?? error;
};

/**
 * The database is away, restarting or shutting down; the same work may succeed in a moment. Node and pg report some of these
 * only by message: they have no code to switch on.
 */
export function isConnectionError(error: unknown): boolean {
  const cause = driverError(error);
  if (!cause) return false;
  const { code } = cause;
  if (code)
    return /^(08|57P0)/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'].includes(code);
  return /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed/.test(
    cause.message,
  );
}

/** Thrown by a transaction's work to have all of it done again: it met something that will not be there the next time. */
export class RetryTransaction extends Error {
  override readonly name = 'RetryTransaction';
}

/** Two transactions met, and one is to try again. */
export const isSerializationConflict = (error: unknown): boolean => {
  if (error instanceof RetryTransaction) return true;
  const code = driverError(error)?.code;
  return code === '40001' || code === '40P01';
};

export const isUniqueViolation = (error: unknown): boolean => driverError(error)?.code === '23505';

/** A text that PostgreSQL cannot store: a NUL character in a string, or in a string inside JSON. */
export const isUnstorableText = (error: unknown): boolean =>
  ['22021', '22P05'].includes(driverError(error)?.code ?? '');

/** The values of the key that is there already, e.g. `<uuid>, 42`; undefined if the error is another one. */
export const violatedKey = (error: unknown): string | undefined =>
  /=\((.*)\) already exists/.exec(driverError(error)?.detail ?? '')?.[1];

/** Name of the constraint (unique, exclusion, foreign key, check) that refused a write. */
export const violatedConstraint = (error: unknown): string | undefined => {
  const cause = driverError(error);
  return cause?.code?.startsWith('23') ? cause.constraint : undefined;
};
