export { createDataSource, migrate, type DatabaseOptions } from './data-source';
export { Database, type AroundItems, type WriteOutcome } from './database';
export { statement, type Statement, type Tx } from './tx';
export { type AuditSnapshot, type WriteContext, WriteObserver } from './write-observer';
export {
  isConnectionError,
  isUniqueViolation,
  isUnstorableText,
  RetryTransaction,
  violatedConstraint,
  violatedKey,
} from './pg-errors';
export { Leader, type LeaderWork } from './leader';
export { PeriodicWork, type PeriodicWorkOptions, type Term } from './periodic-work';
export { OutboxRelay } from './outbox-relay';
export { FactAudit, type FactProjection } from './fact-audit';
export { kitTables, quotaTables } from './kit-tables';
export * from './entities';
