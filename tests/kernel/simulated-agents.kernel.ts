import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats } from '@weft/lab';
import type { NatsServer } from '@weft/lab';
import { Messaging, connectMessaging } from '@weft/messaging';
import { systemClock } from '@weft/reconcile';
import { network, networkFacts, networkId, port, portFacts, portId } from './support/facts';
import { TestFeed } from './support/test-feed';
import { SimulatedAgent } from './support/simulated-agent';

const HOSTS = Array.from({ length: 50 }, (_, i) => `node${i}`);

describe(SimulatedAgent.name, () => {
  let dir: string;
  let nats: NatsServer;
  let feed: TestFeed;
  let messaging: Messaging;
  let agents: SimulatedAgent[];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'weft-simulated-'));
    nats = await startNats({ dir });
    feed = await TestFeed.start(nats.url, HOSTS);
    messaging = new Messaging(await connectMessaging({ url: nats.url, name: 'simulation' }));
    agents = HOSTS.map((host, i) => new SimulatedAgent(host, `10.0.0.${i + 1}`, messaging, systemClock));
    for (const agent of agents) agent.start();
    await Promise.all(agents.map(({ ready }) => ready));
  });
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    await messaging.close();
    await feed.stop();
    await nats.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('many on one connection attach, follow and prove each its own port', async () => {
    const net = networkId(1);
    feed.put(networkFacts(network(net)));
    const generations = HOSTS.map((host, i) => feed.put(portFacts(port(i + 1, net, host))));
    const proven = () =>
      HOSTS.every((host, i) => feed.report(host, 'wired', portId(i + 1))?.generation === generations[i]);
    for (const deadline = Date.now() + 5_000; !proven() && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(proven()).toBe(true);
    expect(HOSTS.map((host) => feed.heartbeats.get(host)?.inSync)).toEqual(HOSTS.map(() => true));
    // One request for each changed port, whatever the number of nodes.
    expect(feed.batches.length).toBe(HOSTS.length);
  });
});
