import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Availability zones that networks ask for, and nodes that an operator took a network's DHCP from. */
export class Agents0004 implements MigrationInterface {
  name = 'Agents0004700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE network ADD COLUMN availability_zone_hints text[] NOT NULL DEFAULT '{}';

      CREATE TABLE dhcp_exclusion (
        network_id uuid NOT NULL REFERENCES network ON DELETE CASCADE,
        host text NOT NULL,
        PRIMARY KEY (network_id, host)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE dhcp_exclusion;
      ALTER TABLE network DROP COLUMN availability_zone_hints;
    `);
  }
}
