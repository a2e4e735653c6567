import type { MigrationInterface, QueryRunner } from 'typeorm';
import { kitTables } from '@weft/persistence';

/**
 * Networks, segments, subnets, ports, addresses, nodes, DHCP placement and proofs. What must never be wrong is a constraint here,
 * not a check in code: no overlap of subnets in a network, no address, MAC or segment id given twice.
 */
export class Foundation0001 implements MigrationInterface {
  name = 'Foundation0001700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public');
    await runner.query(kitTables);
    await runner.query(`
      -- One clock for every fact: a later value of a key has the greater generation.
      CREATE SEQUENCE generation;

      CREATE TABLE network (
        id uuid PRIMARY KEY,
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        admin_state_up boolean NOT NULL,
        shared boolean NOT NULL,
        mtu integer NOT NULL CHECK (mtu > 0),
        tags text[] NOT NULL DEFAULT '{}',
        generation bigint NOT NULL DEFAULT nextval('generation'),
        revision_number integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX network_project ON network (project_id, id);
      CREATE INDEX network_name ON network (name, id);
      CREATE INDEX network_shared ON network (id) WHERE shared;

      CREATE TABLE segment (
        id uuid PRIMARY KEY,
        network_id uuid NOT NULL REFERENCES network ON DELETE CASCADE,
        network_type text NOT NULL CHECK (network_type IN ('vxlan', 'vlan', 'flat', 'local')),
        physical_network text,
        segmentation_id integer,
        name text,
        description text NOT NULL DEFAULT '',
        revision_number integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CHECK ((network_type IN ('vxlan', 'vlan')) = (segmentation_id IS NOT NULL)),
        CHECK ((network_type IN ('flat', 'vlan')) = (physical_network IS NOT NULL))
      );
      CREATE INDEX segment_network ON segment (network_id);
      CREATE UNIQUE INDEX segment_vxlan ON segment (segmentation_id) WHERE network_type = 'vxlan';
      CREATE UNIQUE INDEX segment_flat ON segment (physical_network) WHERE network_type = 'flat';

      CREATE TABLE subnet (
        id uuid PRIMARY KEY,
        network_id uuid NOT NULL REFERENCES network ON DELETE RESTRICT,
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        ip_version smallint NOT NULL CHECK (ip_version IN (4, 6)),
        cidr cidr NOT NULL,
        gateway_ip text,
        enable_dhcp boolean NOT NULL,
        allocation_pools jsonb NOT NULL,
        dns_nameservers jsonb NOT NULL,
        host_routes jsonb NOT NULL,
        ipv6_ra_mode text,
        ipv6_address_mode text,
        segment_id uuid REFERENCES segment,
        tags text[] NOT NULL DEFAULT '{}',
        revision_number integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT subnet_overlap EXCLUDE USING gist (network_id WITH =, cidr inet_ops WITH &&)
      );
      CREATE INDEX subnet_project ON subnet (project_id, id);

      CREATE TABLE port (
        id uuid PRIMARY KEY,
        network_id uuid NOT NULL REFERENCES network ON DELETE RESTRICT,
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        mac text NOT NULL,
        admin_state_up boolean NOT NULL,
        device_id text NOT NULL,
        device_owner text NOT NULL,
        status text NOT NULL DEFAULT 'DOWN' CHECK (status IN ('ACTIVE', 'BUILD', 'DOWN', 'ERROR')),
        -- Where it is bound; null: nowhere.
        host text,
        profile jsonb NOT NULL DEFAULT '{}',
        vnic_type text NOT NULL,
        -- As the API shows it; ip_allocation has the same addresses under their constraint, written in the same transaction.
        fixed_ips jsonb NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        -- Of the wiring: what nodes must prove, and what they had proven when it was ACTIVE last.
        generation bigint NOT NULL DEFAULT nextval('generation'),
        proven_generation bigint NOT NULL DEFAULT 0,
        revision_number integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT port_mac UNIQUE (network_id, mac)
      ) WITH (fillfactor = 80);
      CREATE INDEX port_project ON port (project_id, id);
      -- Lists of one network come in order of id, a page after the other.
      CREATE INDEX port_network ON port (network_id, id);
      CREATE INDEX port_device ON port (device_id) WHERE device_id <> '';
      CREATE INDEX port_host ON port (host) WHERE host IS NOT NULL;

      CREATE TABLE ip_allocation (
        subnet_id uuid NOT NULL REFERENCES subnet ON DELETE RESTRICT,
        ip numeric(39) NOT NULL,
        port_id uuid NOT NULL REFERENCES port ON DELETE CASCADE,
        CONSTRAINT ip_allocation_once PRIMARY KEY (subnet_id, ip)
      );
      CREATE INDEX ip_allocation_port ON ip_allocation (port_id);

      -- What is free in a pool of numbers: the addresses of a subnet, the VNIs. Allocation takes the first number of any range
      -- that nobody has locked; the key is the last one, so taking changes no index.
      CREATE TABLE free_range (
        pool uuid NOT NULL,
        first numeric(39) NOT NULL,
        last numeric(39) NOT NULL,
        PRIMARY KEY (pool, last),
        CHECK (first <= last)
      ) WITH (fillfactor = 50);

      -- Ranges of segment ids that the free ranges were made from: a changed configuration is noticed.
      CREATE TABLE segment_pool (pool uuid PRIMARY KEY, ranges text NOT NULL);

      CREATE TABLE node (
        host text PRIMARY KEY,
        version text NOT NULL,
        tunnel_ip text,
        bridge_mappings jsonb NOT NULL,
        roles text[] NOT NULL,
        availability_zone text NOT NULL,
        in_sync boolean NOT NULL,
        counts jsonb NOT NULL,
        started_at timestamptz NOT NULL,
        heartbeat_at timestamptz NOT NULL,
        generation bigint NOT NULL DEFAULT nextval('generation')
      ) WITH (fillfactor = 50);

      CREATE TABLE agent (
        id uuid PRIMARY KEY,
        host text NOT NULL REFERENCES node ON DELETE CASCADE,
        role text NOT NULL,
        admin_state_up boolean NOT NULL DEFAULT true,
        description text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (host, role)
      );

      -- Which nodes serve DHCP for a network, each through a port of its own.
      CREATE TABLE dhcp_binding (
        network_id uuid NOT NULL REFERENCES network ON DELETE CASCADE,
        host text NOT NULL,
        port_id uuid NOT NULL REFERENCES port ON DELETE CASCADE,
        generation bigint NOT NULL DEFAULT nextval('generation'),
        PRIMARY KEY (network_id, host)
      );
      CREATE INDEX dhcp_binding_host ON dhcp_binding (host);
      CREATE UNIQUE INDEX dhcp_binding_port ON dhcp_binding (port_id);

      -- What nodes have said of ports, the newest each.
      CREATE TABLE proof (
        port_id uuid NOT NULL REFERENCES port ON DELETE CASCADE,
        host text NOT NULL,
        component text NOT NULL,
        generation bigint NOT NULL,
        state text NOT NULL,
        reason text,
        detail text,
        since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (port_id, host, component)
      ) WITH (fillfactor = 70);

      -- What nodes found changed behind their back and mended.
      CREATE TABLE drift (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        host text NOT NULL,
        kind text NOT NULL,
        what text NOT NULL,
        network_id uuid,
        port_id uuid,
        found_at timestamptz NOT NULL,
        healed_at timestamptz,
        CONSTRAINT drift_once UNIQUE (host, kind, what, found_at)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('the first migration has nothing to go back to');
  }
}
