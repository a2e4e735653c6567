import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NatsServer, type PostgresServer, startNats, startPostgres } from '@weft/lab';
import type { DatabaseOptions } from '@weft/persistence';
import { createTestDatabase } from './test-database';

/** A private NATS, and PostgreSQL: the one that the run shares, or a private one; the private ones may be killed and come back. */
export class TestServers {
  private constructor(
    private readonly dir: string,
    private postgres: PostgresServer | null,
    public nats: NatsServer,
  ) {}

  /** @param privatePostgres for tests that kill it */
  static async start({ privatePostgres }: { privatePostgres: boolean }): Promise<TestServers> {
    const dir = mkdtempSync(join(tmpdir(), 'weft-service-'));
    const postgres = privatePostgres ? await startPostgres({ dir: join(dir, 'pg') }) : null;
    return new TestServers(dir, postgres, await startNats({ dir: join(dir, 'nats') }));
  }

  async stop(): Promise<void> {
    await this.nats.stop();
    await this.postgres?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** The URL of a database that no other test has. On the shared server it has the service's schema already. */
  async database(service: Omit<DatabaseOptions, 'url'>): Promise<string> {
    return this.postgres?.url ?? (await createTestDatabase(service));
  }

  /** Kills the broker and starts it again on its port, on request with nothing left of what it stored. */
  async restartNats({ wiped }: { wiped: boolean }): Promise<void> {
    const dir = join(this.dir, 'nats');
    const { host, port, pid } = this.nats;
    process.kill(pid, 'SIGKILL');
    await this.nats.exited;
    if (wiped) rmSync(join(dir, 'jetstream'), { recursive: true, force: true });
    this.nats = await startNats({ dir, host, port });
  }

  /** Kills the database server and starts it again on its port. */
  async restartPostgres(): Promise<void> {
    if (this.postgres === null) throw new Error('The PostgreSQL of the whole run is not to be killed: privatePostgres');
    const { port, pid } = this.postgres;
    process.kill(pid, 'SIGKILL');
    await this.postgres.exited;
    this.postgres = await startPostgres({ dir: join(this.dir, 'pg'), port });
  }
}
