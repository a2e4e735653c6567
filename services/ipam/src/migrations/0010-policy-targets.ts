import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Group-based policy: groups of targets, targets mapped to ports, and clusters whose members may send as their master. */
export class PolicyTargets0010 implements MigrationInterface {
  // TypeORM orders by the last 13 digits.
  name = 'PolicyTargets00109700000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE port ADD COLUMN mobile boolean NOT NULL DEFAULT false;

      CREATE TABLE policy_target_group (
        id uuid PRIMARY KEY,
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        shared boolean NOT NULL,
        service_management boolean NOT NULL,
        subnets uuid[] NOT NULL
      );
      CREATE INDEX policy_target_group_project ON policy_target_group (project_id);

      CREATE TABLE policy_target (
        id uuid PRIMARY KEY,
        project_id text NOT NULL,
        group_id uuid NOT NULL CONSTRAINT policy_target_group_used REFERENCES policy_target_group,
        name text NOT NULL,
        description text NOT NULL,
        cluster uuid CONSTRAINT policy_target_master REFERENCES policy_target,
        port_id uuid NOT NULL CONSTRAINT policy_target_port REFERENCES port,
        -- The port was made for it, and goes with it.
        own_port boolean NOT NULL,
        CONSTRAINT policy_target_port_once UNIQUE (port_id)
      );
      CREATE INDEX policy_target_project ON policy_target (project_id);
      CREATE INDEX policy_target_group_id ON policy_target (group_id);
      CREATE INDEX policy_target_cluster ON policy_target (cluster)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE policy_target;
      DROP TABLE policy_target_group;
      ALTER TABLE port DROP COLUMN mobile`);
  }
}
