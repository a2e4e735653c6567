import type { MigrationInterface, QueryRunner } from 'typeorm';

/** QoS policies with their rules, and trunks with their subports. */
export class QosTrunk0005 implements MigrationInterface {
  name = 'QosTrunk0005700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE qos_policy (
        id uuid PRIMARY KEY,
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        -- Of its project: networks that name none get it.
        is_default boolean NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        generation bigint NOT NULL DEFAULT nextval('generation'),
        revision_number integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX qos_policy_project ON qos_policy (project_id, id);
      CREATE UNIQUE INDEX qos_policy_default ON qos_policy (project_id) WHERE is_default;

      CREATE TABLE qos_rule (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        policy_id uuid NOT NULL REFERENCES qos_policy ON DELETE CASCADE,
        type text NOT NULL,
        -- Empty: the type has none.
        direction text NOT NULL,
        -- kbit/s, thousands of packets per second, or a DSCP, by the type.
        amount integer NOT NULL,
        burst integer NOT NULL DEFAULT 0,
        CONSTRAINT qos_rule_once UNIQUE (policy_id, type, direction)
      );

      ALTER TABLE network ADD COLUMN qos_policy_id uuid REFERENCES qos_policy ON DELETE RESTRICT;
      CREATE INDEX network_qos ON network (qos_policy_id) WHERE qos_policy_id IS NOT NULL;
      ALTER TABLE port ADD COLUMN qos_policy_id uuid REFERENCES qos_policy ON DELETE RESTRICT,
        -- The network's, for a port that instances have; kept with the port, for its node is told the one in force.
        ADD COLUMN qos_network_policy_id uuid;
      CREATE INDEX port_qos ON port (qos_policy_id) WHERE qos_policy_id IS NOT NULL;

      CREATE TABLE trunk (
        id uuid PRIMARY KEY,
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        admin_state_up boolean NOT NULL,
        port_id uuid NOT NULL REFERENCES port ON DELETE RESTRICT,
        tags text[] NOT NULL DEFAULT '{}',
        revision_number integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT trunk_parent UNIQUE (port_id)
      );
      CREATE INDEX trunk_project ON trunk (project_id, id);
      CREATE TABLE subport (
        port_id uuid PRIMARY KEY REFERENCES port ON DELETE RESTRICT,
        trunk_id uuid NOT NULL REFERENCES trunk ON DELETE CASCADE,
        segmentation_type text NOT NULL,
        segmentation_id integer NOT NULL CHECK (segmentation_id BETWEEN 1 AND 4094),
        CONSTRAINT subport_vlan UNIQUE (trunk_id, segmentation_type, segmentation_id)
      );
      -- What nodes are told of a subport stands with the port, as all of its wiring does.
      ALTER TABLE port ADD COLUMN subport jsonb;

      INSERT INTO quota_usage (project_id, resource, used)
        SELECT project_id, 'rbac_policy', count(*) FROM rbac_policy GROUP BY project_id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE port DROP COLUMN subport, DROP COLUMN qos_policy_id, DROP COLUMN qos_network_policy_id;
      ALTER TABLE network DROP COLUMN qos_policy_id;
      DROP TABLE subport, trunk, qos_rule, qos_policy;
    `);
  }
}
