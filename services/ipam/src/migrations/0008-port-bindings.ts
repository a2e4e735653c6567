import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hosts that ports are prepared for; the one in force stands with the port. */
export class PortBindings0008 implements MigrationInterface {
  name = 'PortBindings0008700000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE port_binding (
        port_id uuid NOT NULL REFERENCES port ON DELETE CASCADE,
        host text NOT NULL,
        vnic_type text NOT NULL,
        profile jsonb NOT NULL,
        PRIMARY KEY (port_id, host)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE port_binding');
  }
}
