import { Injectable } from '@nestjs/common';
import type { Messaging } from '@weft/messaging';

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** A sentence for the operator when it is not. */
  readonly text?: string;
}

/** Answer of one process to `health.ping`. */
export interface HealthReply {
  readonly service: string;
  /** Tells replicas apart. */
  readonly instance: string;
  readonly host?: string;
  readonly version: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly healthy: boolean;
  readonly checks: readonly HealthCheck[];
}

type Check = () => Promise<Omit<HealthCheck, 'name'>> | Omit<HealthCheck, 'name'>;

/** Answers `health.ping` for this process. Parts register what they know of themselves. */
@Injectable()
export class HealthService {
  private readonly checks = new Map<string, Check>();
  private readonly startedAt = new Date().toISOString();

  constructor(
    private readonly service: string,
    private readonly version: string,
    private readonly instance: string,
  ) {}

  register(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  /** Without a queue group: every process answers the one question. */
  answerOn(messaging: Messaging): void {
    messaging.respond('health.ping', undefined, () => this.reply());
  }

  async reply(): Promise<HealthReply> {
    const checks = await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        try {
          return { name, ...(await check()) };
        } catch (error) {
          return { name, ok: false, text: (error as Error).message };
        }
      }),
    );
    return {
      service: this.service,
      instance: this.instance,
      ...(process.env.WEFT_HOST && { host: process.env.WEFT_HOST }),
      version: this.version,
      pid: process.pid,
      startedAt: this.startedAt,
      healthy: checks.every(({ ok }) => ok),
      checks,
    };
  }
}
