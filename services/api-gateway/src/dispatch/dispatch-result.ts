import type { ApiError } from '@weft/contracts';
import type { Answer } from '../http/answer';

/** The answer to a request and what logs, metrics and the audit log record of it. */
export interface DispatchResult {
  readonly answer: Answer;
  /** Path template with parameter names in place of values, for metrics and spans. */
  readonly route: string;
  /** Of the object, if the path names one. */
  readonly id?: string;
  /** Why, if it failed. */
  readonly failure?: ApiError;
}
