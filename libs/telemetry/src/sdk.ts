import { hostname } from 'node:os';
import { metrics } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Telemetry } from './setup';

/** The OpenTelemetry SDK, with the standard `OTEL_*` variables for endpoint, headers, sampler and intervals. */
export function startSdk(service: string, version: string): Telemetry {
  const resource = resourceFromAttributes({
    'service.name': service,
    'service.version': version,
    'service.namespace': 'weft',
    'host.name': process.env.WEFT_HOST ?? hostname(),
    'process.pid': process.pid,
  });
  const tracing = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(), { scheduledDelayMillis: 1_000 })],
  });
  tracing.register();
  const metering = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(),
        exportIntervalMillis: Number(process.env.OTEL_METRIC_EXPORT_INTERVAL ?? 15_000),
      }),
    ],
  });
  metrics.setGlobalMeterProvider(metering);
  return {
    stop: async () => {
      await Promise.allSettled([tracing.shutdown(), metering.shutdown()]);
    },
  };
}
