import { HEALTH_SUBJECT, type HealthReply } from '@weft/contracts';
import { Messaging, connectMessaging } from '@weft/messaging';
import { systemClock } from '@weft/reconcile';
import { logger, startTelemetry } from '@weft/telemetry';
import { version } from '../package.json';
import { NodeAgent } from './agent';
import { readConfig } from './config';
import { lateTransport } from './transport';

/** Long enough for a pass under way; a stuck one must not keep the process, ms. */
const STOP_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const telemetry = await startTelemetry('node-agent', version);
  const log = logger('main');
  const dieOn = (kind: string) => (error: unknown) => {
    // An unknown state is worse than a restart, which writes nothing where nothing differs.
    log.fatal({ err: error }, kind);
    process.exit(1);
  };
  process.on('uncaughtException', dieOn('uncaught exception'));
  process.on('unhandledRejection', dieOn('unhandled rejection'));

  // Not waited for: a node whose control plane is away restores itself from its disk.
  const connecting = connectMessaging({ url: config.natsUrl, name: `node-agent-${config.host}` });
  const messaging = connecting.then((connection) => new Messaging(connection));
  const agent = new NodeAgent(config, version, lateTransport(messaging), systemClock);
  void messaging.then((broker) => broker.respond(HEALTH_SUBJECT, undefined, async () => health(agent, config.host)));
  agent.start();
  log.info({ host: config.host, version }, 'ready');

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await agent.stop();
    await Promise.race([messaging.then((broker) => broker.close()), new Promise((done) => setTimeout(done, 1_000))]);
    await telemetry.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
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

main().catch((error: unknown) => {
  // Before logging is set up, or instead of it: one sentence for the operator.
  process.stderr.write(`node-agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
