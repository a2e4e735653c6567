import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Port security, and references to what fwaas owns. Ports that are there keep on passing everything: an upgrade must not cut off whoever never
 * said what may pass. What is made from now on has port security, as its network says.
 */
export class PortSecurity0009 implements MigrationInterface {
  name = 'PortSecurity0009700000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE network ADD COLUMN port_security boolean NOT NULL DEFAULT true;
      ALTER TABLE port
        ADD COLUMN port_security boolean NOT NULL DEFAULT false,
        ADD COLUMN security_groups uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN address_pairs jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN cluster_pairs jsonb NOT NULL DEFAULT '[]';
      ALTER TABLE port ALTER COLUMN port_security DROP DEFAULT;
      CREATE INDEX port_security_group ON port USING gin (security_groups);

      CREATE TABLE reference (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        project_id text NOT NULL,
        stateful boolean NOT NULL,
        is_default boolean NOT NULL,
        gone boolean NOT NULL DEFAULT false,
        changed_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX reference_default ON reference (project_id) WHERE is_default AND NOT gone;

      -- What nodes are told of a port has a new part: they hear all of it again.
      UPDATE port SET generation = nextval('generation') WHERE host IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE reference;
      ALTER TABLE port DROP COLUMN port_security, DROP COLUMN security_groups, DROP COLUMN address_pairs, DROP COLUMN cluster_pairs;
      ALTER TABLE network DROP COLUMN port_security`);
  }
}
