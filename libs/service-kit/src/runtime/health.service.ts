import { Injectable } from '@nestjs/common';
import type { HealthCheck, HealthReply } from '@weft/contracts';

type Check = () => Promise<Omit<HealthCheck, 'name'>> | Omit<HealthCheck, 'name'>;

/** Health of this process. Its parts register a check each. */
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
