import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Packets that did not pass: how many, and the latest samples. */
export class Drops0011 implements MigrationInterface {
  // TypeORM orders by the last 13 digits.
  name = 'Drops00119700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE drop_count (
        port_id uuid NOT NULL REFERENCES port ON DELETE CASCADE,
        reason text NOT NULL,
        packets bigint NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (port_id, reason)
      );
      CREATE TABLE drop_sample (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        port_id uuid NOT NULL REFERENCES port ON DELETE CASCADE,
        sample jsonb NOT NULL
      );
      CREATE INDEX drop_sample_port ON drop_sample (port_id, id);
      -- The last batch of each host, which it repeats until it has heard that it is counted.
      CREATE TABLE drop_batch (host text PRIMARY KEY, batch text NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE drop_count; DROP TABLE drop_sample; DROP TABLE drop_batch');
  }
}
