import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';

const require = createRequire(import.meta.url);
const { FEED_RENEW_MS, HEARTBEAT_MS, feedSubject, heartbeatSubject } = require('../../../libs/contracts/dist/index.js');
const PORTS = 100;
const IDLE_MS = 5_000;
/** As many nodes have the network in both clouds: each of those must hear of a port, and no other one. */
const NODES_OF_NETWORK = 10;

/** Agents as the control plane sees them: they live, are attached to a feed, and report nothing. */
async function simulateAgents(connection, count) {
  const timers = [];
  for (let k = 1; k <= count; k++) {
    const host = `simulated-${k}`;
    const session = randomUUID();
    const heartbeat = {
      host,
      version: '0.0.0',
      startedAt: new Date().toISOString(),
      tunnelIp: `10.200.${k >> 8}.${k & 255}`,
      bridgeMappings: {},
      roles: ['l2', 'dhcp'],
      availabilityZone: 'nova',
      inSync: true,
      counts: {},
    };
    const beat = () => connection.publish(heartbeatSubject(host), JSON.stringify(heartbeat));
    beat();
    timers.push(setInterval(beat, HEARTBEAT_MS));
    connection.subscribe(feedSubject.node(host), { callback: () => undefined });
    await connection.request(feedSubject.attach(host), JSON.stringify({ host, session, digest: {} }), {
      timeout: 20_000,
    });
    timers.push(
      setInterval(() => connection.publish(feedSubject.renew(host), JSON.stringify({ host, session })), FEED_RENEW_MS),
    );
  }
  return () => timers.forEach(clearInterval);
}

/** What flows whether or not anything happens is not a message of a created port. */
const isBackground = ({ subject, data }) =>
  /^(heartbeat|feed|health)\./.test(subject) ||
  (/^node\..*\.feed$/.test(subject) && Buffer.from(data).includes('"kind":"ping"'));

const count = async (bench, agents) => {
  const { admin, nats } = await bench.controlPlane();
  const connection = await connect({ servers: nats.url });
  const stopAgents = await simulateAgents(connection, agents);
  try {
    const { id: network } = await admin.create('networks', 'network', { name: `messages-${agents}` });
    // Without DHCP: in the larger cloud its servers would be on two nodes more.
    const subnet = { network_id: network, cidr: '10.84.0.0/16', ip_version: 4, enable_dhcp: false };
    await admin.create('subnets', 'subnet', subnet);
    await sleep(5_000);
    let messages = 0;
    const ear = await connect({ servers: nats.url });
    ear.subscribe('>', { callback: (_error, message) => void (isBackground(message) || messages++) });
    await ear.flush();
    // What the cloud says to itself anyway, of whatever kind, is measured first and taken off.
    await sleep(IDLE_MS);
    const idlePerMs = messages / IDLE_MS;
    messages = 0;
    const begun = performance.now();
    for (let k = 0; k < PORTS; k++)
      await admin.create('ports', 'port', {
        network_id: network,
        device_owner: 'compute:bench',
        device_id: `m-${k}`,
        'binding:host_id': `simulated-${(k % NODES_OF_NETWORK) + 1}`,
      });
    await sleep(3_000);
    await ear.close();
    return (messages - idlePerMs * (performance.now() - begun)) / PORTS;
  } finally {
    stopAgents();
    await connection.close();
  }
};

export const figures = [
  {
    name: 'messages-per-port-10-to-1000-agents',
    unit: 'messages with 1,000 agents (floor: with 10)',
    bar: '<= 1.1 x those with 10 agents',
    met: ({ value, floor }) => value <= 1.1 * floor,
    run: async (bench) => ({ floor: await count(bench, 10), value: await count(bench, 1_000) }),
  },
];
