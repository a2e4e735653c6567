import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { carrierProvider } from './carrier';

export interface Telemetry {
  /** Flushes what is not yet exported. */
  stop(): Promise<void>;
}

/**
 * Sets up tracing and metrics for this process, once, before anything else. Everything is exported by OTLP over HTTP
 * when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; otherwise the SDK is not even loaded and only trace context is carried.
 * All spans are Weft's own (`span()`), nothing is patched, so the order of imports does not matter.
 */
export async function startTelemetry(service: string, version: string): Promise<Telemetry> {
  if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
    const { startSdk } = await import('./sdk.js');
    return startSdk(service, version);
  }
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(carrierProvider);
  return { stop: async () => undefined };
}
