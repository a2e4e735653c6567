import type { Heartbeat } from '@weft/contracts';
import { HEARTBEAT_MS, heartbeatSubject } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import type { AgentTransport } from '../transport';

/** The second heartbeat comes this long after the first, each later one twice as long after the one before, up to the fixed pace. */
const FIRST_MS = 250;

/**
 * Says that the agent lives, at a fixed pace and whenever it is asked to. Nobody may hear the first ones of a cloud that starts as a whole:
 * so they come quickly, that a node is known as soon as there is somebody to know it.
 */
export class HeartbeatSender {
  private cancel: (() => void) | null = null;

  constructor(
    private readonly transport: AgentTransport,
    private readonly clock: Clock,
    private readonly content: () => Heartbeat,
  ) {}

  start(nextMs = FIRST_MS): void {
    this.beat();
    this.cancel = this.clock.after(nextMs, () => this.start(Math.min(2 * nextMs, HEARTBEAT_MS)));
  }

  beat(): void {
    const heartbeat = this.content();
    this.transport.publish(heartbeatSubject(heartbeat.host), heartbeat);
  }

  stop(): void {
    this.cancel?.();
  }
}
