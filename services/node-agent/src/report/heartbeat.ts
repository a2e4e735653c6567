import type { Heartbeat } from '@weft/contracts';
import { HEARTBEAT_MS, heartbeatSubject } from '@weft/contracts';
import type { Clock } from '@weft/reconcile';
import type { AgentTransport } from '../transport';

/** Says that the agent lives, at a fixed pace and whenever it is asked to. */
export class HeartbeatSender {
  private cancel: (() => void) | null = null;

  constructor(
    private readonly transport: AgentTransport,
    private readonly clock: Clock,
    private readonly content: () => Heartbeat,
  ) {}

  start(): void {
    this.beat();
    this.cancel = this.clock.after(HEARTBEAT_MS, () => this.start());
  }

  beat(): void {
    const heartbeat = this.content();
    this.transport.publish(heartbeatSubject(heartbeat.host), heartbeat);
  }

  stop(): void {
    this.cancel?.();
  }
}
