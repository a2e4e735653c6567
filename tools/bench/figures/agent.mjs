import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { IDLE_MS, pss, withDescendants } from './memory.mjs';

const PORTS = 300;

/** Ports on host1 with their taps, all of them proven. */
const populated = (bench) =>
  bench.once('populated host', async () => {
    const { admin, hosts } = await bench.wholeCloud();
    const { id: network } = await admin.create('networks', 'network', { name: 'restart' });
    await admin.create('subnets', 'subnet', { network_id: network, cidr: '10.82.0.0/16', ip_version: 4 });
    const ports = Array.from({ length: PORTS }, (_, k) => ({
      ...{ network_id: network, name: `restart-${k}`, device_owner: 'compute:bench', 'binding:host_id': 'host1' },
    }));
    const made = (await admin.request('POST', '/v2.0/ports', { ports })).ports;
    const taps = made.map(
      ({ id }, k) => `link add tap${id.slice(0, 11)} type veth peer name inst${k}\nlink set tap${id.slice(0, 11)} up`,
    );
    await hosts.exec('host1', ['ip', '-batch', '-'], { input: `${taps.join('\n')}\n` });
    for (;;) {
      const active = await admin.list('ports', { network_id: network, status: 'ACTIVE', fields: 'id' });
      if (active.length >= PORTS) return;
      await sleep(200);
    }
  });

/** How whoever asks processes how they are connects to a cloud's broker. */
const asOperator = ({ natsUrl, natsCredentials }) =>
  brokerSettings(
    { WEFT_NATS_URL: natsUrl, WEFT_NATS_SEED_FILE: join(natsCredentials, 'operator.nk') },
    { role: 'operator' },
  );

/** What the agent of a host says of itself; null: nothing. */
async function healthOf(connection, host) {
  const replies = await connection.requestMany('health.ping', '', { strategy: 'timer', maxWait: 150 });
  for await (const reply of replies) {
    const said = reply.json();
    if (said.service === 'node-agent' && said.host === host) return said;
  }
  return null;
}

const require = createRequire(import.meta.url);
const { findSupervised } = require('../../../libs/lab/dist/index.js');
const { brokerSettings } = require('../../../libs/messaging/dist/index.js');

export const figures = [
  {
    name: 'memory-node-agent',
    unit: 'MB PSS',
    bar: '<= 120 MB',
    needsLab: true,
    met: ({ value }) => value <= 120,
    run: async (bench) => {
      const { home } = await bench.wholeCloud();
      await sleep(IDLE_MS);
      // The one that takes most; with what it has started.
      const sizes = ['node-agent-host1', 'node-agent-host2'].map((name) =>
        withDescendants(findSupervised(home, name).map(({ pid }) => pid)).reduce((sum, pid) => sum + pss(pid), 0),
      );
      return { value: Math.max(...sizes) };
    },
  },
  {
    name: 'agent-restart-300-ports',
    unit: 's from kill -9 until in sync and everything proven',
    bar: '<= 2 s',
    needsLab: true,
    met: ({ value }) => value <= 2,
    run: async (bench) => {
      const { home, run } = await bench.wholeCloud();
      await populated(bench);
      const connection = await connect(asOperator(run));
      try {
        const [{ pid }] = findSupervised(home, 'node-agent-host1');
        const before = await healthOf(connection, 'host1');
        const begun = performance.now();
        process.kill(pid, 'SIGKILL');
        for (;;) {
          const said = await healthOf(connection, 'host1');
          if (said && said.startedAt !== before.startedAt && said.healthy && said.checks.every(({ ok }) => ok)) break;
        }
        return { value: (performance.now() - begun) / 1000 };
      } finally {
        await connection.close();
      }
    },
  },
];
