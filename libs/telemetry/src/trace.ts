import {
  type Attributes,
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { withoutSecrets } from './secrets';

const tracer = () => trace.getTracer('weft');

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** W3C traceparent to continue; default: the active span. */
  readonly parent?: string;
}

/** Runs `work` inside a span; a throw marks the span as failed and passes on. */
export async function span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = options.parent === undefined ? context.active() : contextOf(options.parent);
  const { kind, attributes } = options;
  return tracer().startActiveSpan(
    name,
    { ...(kind && { kind }), ...(attributes && { attributes }) },
    parent,
    async (active) => {
      try {
        return await work(active);
      } catch (error) {
        const { name, message, stack = '' } = error as Error;
        active.recordException({ name, message: withoutSecrets(message), stack: withoutSecrets(stack) });
        active.setStatus({ code: SpanStatusCode.ERROR, message: withoutSecrets(message) });
        throw error;
      } finally {
        active.end();
      }
    },
  );
}

/** Runs `work` in the trace that `traceparent` names, without a span of its own. */
export const withParent = <T>(traceparent: string | undefined, work: () => T): T =>
  traceparent === undefined ? work() : context.with(contextOf(traceparent), work);

/** The active span as a W3C traceparent, to be carried in messages, outbox rows and facts. */
export function currentTraceparent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

const contextOf = (traceparent: string): Context => propagation.extract(context.active(), { traceparent });
