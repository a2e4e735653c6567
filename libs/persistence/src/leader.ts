import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { logger } from '@weft/telemetry';

const log = logger('leader');

/** Work that only one replica may do: started when elected, stopped when leadership ends. */
export interface LeaderWork {
  start(): void;
  stop(): Promise<void>;
}

/**
 * A single active worker among any number of replicas: the one that holds a PostgreSQL advisory lock, on a connection of its own. The
 * lock goes with the connection, so a killed leader is followed at once.
 */
export class Leader {
  private stopping = false;
  private client: Client | undefined;
  private running: Promise<void> | undefined;
  private elected = false;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly work: readonly LeaderWork[],
  ) {}

  get isLeader(): boolean {
    return this.elected;
  }

  start(): void {
    this.running = this.campaign();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.client?.end().catch(() => undefined);
    await this.running;
  }

  private async campaign(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.term();
      } catch (error) {
        if (!this.stopping) log.warn({ err: error }, 'leadership is interrupted');
      }
      if (!this.stopping) await sleep(250);
    }
  }

  private async term(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: `weft-${this.name}-leader`,
      keepAlive: true,
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => undefined);
    this.client = client;
    await client.connect();
    try {
      for (;;) {
        const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS mine', [
          `weft-leader-${this.name}`,
        ]);
        if (rows[0]?.mine) break;
        await sleep(500);
        if (this.stopping) return;
      }
      log.info({ name: this.name }, 'elected');
      this.elected = true;
      for (const work of this.work) work.start();
      await ended;
    } finally {
      if (this.elected) await Promise.all(this.work.map((work) => work.stop()));
      this.elected = false;
      await client.end().catch(() => undefined);
    }
  }
}
