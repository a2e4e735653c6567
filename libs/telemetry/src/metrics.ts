import { type Histogram, metrics, type ObservableGauge, type Counter } from '@opentelemetry/api';

/** Every metric that Weft exports, by its one name. Durations are in seconds (OpenTelemetry semantic conventions). */
export interface Instruments {
  /** HTTP requests at the edge: method, route, status. */
  readonly httpDuration: Histogram;
  /** Requests handled by a service: subject, outcome. */
  readonly rpcDuration: Histogram;
  /** Messages not yet relayed from the outbox. */
  readonly outboxDepth: ObservableGauge;
  /** Outbox messages published. */
  readonly outboxPublished: Counter;
  /** Change at the feed → sent to the node. */
  readonly feedFanout: Counter;
  /** A node's kernel transaction: from fact to read back. */
  readonly applyDuration: Histogram;
  /** Objects of a node which are not proven. */
  readonly pendingObjects: ObservableGauge;
  /** Kernel objects found other than they must be. */
  readonly drift: Counter;
  /** Batches of a node's counts that their owner has refused: they are lost. */
  readonly refusedBatches: Counter;
}

let made: Instruments | undefined;

/** The instruments of this process. Call after `startTelemetry`: a meter taken earlier stays silent for ever. */
export function instruments(): Instruments {
  if (made) return made;
  const meter = metrics.getMeter('weft');
  made = {
    httpDuration: meter.createHistogram('http.server.request.duration', { unit: 's' }),
    rpcDuration: meter.createHistogram('weft.rpc.duration', { unit: 's' }),
    outboxDepth: meter.createObservableGauge('weft.outbox.depth'),
    outboxPublished: meter.createCounter('weft.outbox.published'),
    feedFanout: meter.createCounter('weft.feed.messages'),
    applyDuration: meter.createHistogram('weft.node.apply.duration', { unit: 's' }),
    pendingObjects: meter.createObservableGauge('weft.node.pending'),
    drift: meter.createCounter('weft.node.drift'),
    refusedBatches: meter.createCounter('weft.node.batches.refused'),
  };
  return made;
}
