import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatsServer, type PostgresServer, startNats, startPostgres } from '@weft/lab';

/** A private PostgreSQL and a private NATS in a directory of their own; each may be lost and come back on its port. */
export class TestServers {
  private constructor(
    private readonly dir: string,
    public postgres: PostgresServer,
    public nats: NatsServer,
  ) {}

  static async start(): Promise<TestServers> {
    const dir = mkdtempSync(join(tmpdir(), 'weft-service-'));
    const postgres = await startPostgres({ dir: join(dir, 'pg') });
    return new TestServers(dir, postgres, await startNats({ dir: join(dir, 'nats') }));
  }

  async stop(): Promise<void> {
    await this.nats.stop();
    await this.postgres.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Ends the broker without notice and starts it again, on request with nothing left of what it kept. */
  async restartNats({ wiped }: { wiped: boolean }): Promise<void> {
    const dir = join(this.dir, 'nats');
    const { host, port, pid } = this.nats;
    process.kill(pid, 'SIGKILL');
    await this.nats.exited;
    if (wiped) rmSync(join(dir, 'jetstream'), { recursive: true, force: true });
    this.nats = await startNats({ dir, host, port });
  }

  /** Ends the database without notice and starts it again. */
  async restartPostgres(): Promise<void> {
    const { port, pid } = this.postgres;
    process.kill(pid, 'SIGKILL');
    await this.postgres.exited;
    this.postgres = await startPostgres({ dir: join(this.dir, 'pg'), port });
  }
}
