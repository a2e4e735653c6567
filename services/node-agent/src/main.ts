import { setTimeout as sleep } from 'node:timers/promises';
import { HEALTH_SUBJECT, type HealthReply } from '@weft/contracts';
import { Messaging, brokerSettings, connectMessaging } from '@weft/messaging';
import { systemClock } from '@weft/reconcile';
import { runProcess } from '@weft/telemetry';
import { version } from '../package.json';
import { NodeAgent } from './agent';
import type { AgentConfig } from './config';
import { readConfig } from './config';
import { lateTransport } from './transport';

/** Last words to a broker that may be away, ms. */
const GOODBYE_MS = 1_000;

async function start(config: AgentConfig): Promise<() => Promise<void>> {
  // Not waited for: a node whose control plane is away restores itself from its disk.
  const broker = brokerSettings(process.env, { role: 'node', host: config.host });
  const connecting = connectMessaging({ broker, name: `node-agent-${config.host}` });
  const messaging = connecting.then((connection) => new Messaging(connection));
  const agent = new NodeAgent(config, version, lateTransport(messaging), systemClock);
  void messaging.then((broker) => broker.respond(HEALTH_SUBJECT, undefined, async () => health(agent, config.host)));
  agent.start();
  return async () => {
    await agent.stop();
    // A broker that is away is not waited for.
    await Promise.race([messaging.then((broker) => broker.close()), sleep(GOODBYE_MS)]);
  };
}

function health(agent: NodeAgent, host: string): HealthReply {
  const { startedAt, inSync, counts } = agent.describe();
  const sync = { name: 'feed', ok: inSync, ...(!inSync && { text: 'not in sync with a node feed' }) };
  const pending = counts.pending ?? 0;
  const applied = {
    name: 'dataplane',
    ok: pending === 0,
    ...(pending > 0 && { text: `${pending} objects are not applied` }),
  };
  const checks = [sync, applied];
  const base = { service: 'node-agent', instance: `node-agent-${host}`, host, version, pid: process.pid, startedAt };
  return { ...base, healthy: inSync, checks };
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  await runProcess('node-agent', version, () => start(config));
}

main().catch((error: unknown) => {
  // Before logging is set up, or instead of it: one sentence for the operator.
  process.stderr.write(`node-agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
