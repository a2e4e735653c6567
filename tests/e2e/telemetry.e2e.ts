import { TestCloud, waitUntil } from '@weft/testing';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver';

let receiver: OtlpReceiver;
let cloud: TestCloud;

beforeAll(async () => {
  // Agents live in hosts of their own and reach this machine by its management address only, which is not known yet.
  receiver = await OtlpReceiver.start('0.0.0.0');
  cloud = await TestCloud.start({
    hosts: 2,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
    },
  });
}, 180_000);
afterAll(async () => {
  await cloud?.stop();
  await receiver?.stop();
});

/** The spans above a span, up to the root. */
function pathOf(span: ReceivedSpan, spans: readonly ReceivedSpan[]): ReceivedSpan[] {
  const parent = spans.find(({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId);
  return parent ? [span, ...pathOf(parent, spans)] : [span];
}

it('exports one connected trace from the HTTP request to the kernel transaction of the node', async () => {
  const network = await cloud.admin.create('networks', 'network', { name: 'traced' });
  await cloud.admin.create('subnets', 'subnet', { network_id: network.id, ip_version: 4, cidr: '10.9.0.0/24' });
  const host = 'host1';
  const port = await cloud.admin.create('ports', 'port', {
    network_id: network.id,
    'binding:host_id': host,
    name: 'traced',
  });
  await cloud.instances.plug(host, 'traced', { id: port.id, mac: port.mac_address as string });

  await waitUntil(
    'a span of the node belongs to the trace of the request',
    () => {
      const requests = receiver.spans.filter(
        ({ service, name }) => service === 'api-gateway' && /POST.*ports/.test(name),
      );
      const traces = new Set(requests.map(({ traceId }) => traceId));
      const applied = receiver.spans.find(({ service, traceId }) => service === 'node-agent' && traces.has(traceId));
      if (!applied)
        return `${receiver.spans.length} spans of ${[...new Set(receiver.spans.map(({ service }) => service))].join(', ')}`;
      const path = pathOf(applied, receiver.spans);
      const services = [...new Set(path.map(({ service }) => service))];
      const whole = ['node-agent', 'node-feed', 'ipam', 'api-gateway'];
      return (
        whole.every((service) => services.includes(service)) ||
        `the path is ${path.map(({ service, name }) => `${service}:${name}`).join(' < ')}`
      );
    },
    { timeoutMs: 30_000 },
  );
});

it('exports the metrics that an operator watches', async () => {
  const wanted = [
    'http.server.request.duration',
    'weft.rpc.duration',
    'weft.outbox.published',
    'weft.outbox.depth',
    'weft.node.apply.duration',
    'weft.node.pending',
  ];
  await waitUntil(
    'all metrics have arrived',
    () => wanted.every((name) => receiver.metrics.has(name)) || `only ${[...receiver.metrics].sort().join(', ')}`,
    { timeoutMs: 30_000 },
  );
});
