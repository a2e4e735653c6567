import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Networks of several segments, ids of segments in ranges that are rows, sharing by RBAC, and the attributes of networks, subnets
 * and ports that came with these. All facts are told anew: their form has changed.
 */
export class Networks0002 implements MigrationInterface {
  name = 'Networks0002700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- In order of preference; the first one is 0.
      ALTER TABLE segment ADD COLUMN segment_index integer NOT NULL DEFAULT 0;
      CREATE UNIQUE INDEX segment_vlan ON segment (physical_network, segmentation_id) WHERE network_type = 'vlan';

      -- Ids that segments take theirs from; what is free of a range is a pool of the allocator with the range's id.
      CREATE TABLE segment_range (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        -- From the configuration, and to follow it.
        is_default boolean NOT NULL,
        shared boolean NOT NULL,
        project_id text,
        network_type text NOT NULL CHECK (network_type IN ('vxlan', 'vlan')),
        physical_network text,
        minimum integer NOT NULL CHECK (minimum > 0),
        maximum integer NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        revision_number integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CHECK (minimum <= maximum),
        CHECK (shared = (project_id IS NULL)),
        CHECK ((network_type = 'vlan') = (physical_network IS NOT NULL)),
        -- All shared ranges, and all that are kept for projects: a number is in one of each at most.
        CONSTRAINT segment_range_overlap EXCLUDE USING gist (network_type WITH =, COALESCE(physical_network, '') WITH =,
          (shared::int) WITH =, int4range(minimum, maximum, '[]') WITH &&)
      );
      DELETE FROM free_range WHERE pool IN (SELECT pool FROM segment_pool);
      DROP TABLE segment_pool;

      -- What an owner lets others do: with one project, or with all ('*').
      CREATE TABLE rbac_policy (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id text NOT NULL,
        object_type text NOT NULL,
        object_id uuid NOT NULL,
        action text NOT NULL,
        target_project text NOT NULL,
        CONSTRAINT rbac_policy_once UNIQUE (object_id, action, target_project)
      );
      CREATE INDEX rbac_policy_target ON rbac_policy (target_project, object_type, action, object_id);
      INSERT INTO rbac_policy (project_id, object_type, object_id, action, target_project)
        SELECT project_id, 'network', id, 'access_as_shared', '*' FROM network WHERE shared;

      ALTER TABLE network DROP COLUMN shared, ADD COLUMN dns_domain text NOT NULL DEFAULT '';

      ALTER TABLE subnet ADD COLUMN service_types text[] NOT NULL DEFAULT '{}',
        ADD COLUMN dns_publish_fixed_ip boolean NOT NULL DEFAULT false;

      ALTER TABLE port ADD COLUMN dns_name text NOT NULL DEFAULT '',
        ADD COLUMN dns_domain text NOT NULL DEFAULT '',
        ADD COLUMN dhcp_options jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN data_plane_status text,
        ADD COLUMN ip_allocation text NOT NULL DEFAULT 'immediate' CHECK (ip_allocation IN ('immediate', 'deferred', 'none')),
        ADD COLUMN propagate_uplink_status boolean NOT NULL DEFAULT true,
        ADD COLUMN device_profile text,
        ADD COLUMN hardware_offload_type text,
        ADD COLUMN numa_affinity_policy text,
        ADD COLUMN trusted boolean;

      UPDATE network SET generation = nextval('generation');
      UPDATE node SET generation = nextval('generation');
      -- What was proven stays so: nothing about the ports has changed.
      UPDATE port SET generation = later.generation,
        proven_generation = CASE WHEN status = 'ACTIVE' THEN later.generation ELSE proven_generation END
      FROM (SELECT id, nextval('generation') AS generation FROM port) later WHERE later.id = port.id;
    `);
  }

  async down(): Promise<void> {
    throw new Error('facts of the form before are not known any more');
  }
}
