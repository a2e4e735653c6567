import { trace } from '@opentelemetry/api';
import pino from 'pino';
import { withoutSecrets } from './secrets';

export type Logger = pino.Logger;

const stdout = pino.destination(1);

const options: pino.LoggerOptions = {
  level: process.env.WEFT_LOG_LEVEL ?? 'info',
  base: { service: process.env.WEFT_SERVICE_NAME },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  /** Each line inside a request names its trace, so that logs, traces and reports meet. */
  mixin: () => {
    const context = trace.getActiveSpan()?.spanContext();
    return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
  },
};

/** The whole line is looked at, once it is one: a secret is hidden however it came there, in a field, an error or a message. */
const root = pino(options, { write: (line: string) => void stdout.write(withoutSecrets(line)) });

/** A logger of JSON lines on stdout; `component` says which part speaks. Errors go under the key `err`. */
export const logger = (component: string): Logger => root.child({ component });
