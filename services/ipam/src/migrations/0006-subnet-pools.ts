import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Subnet pools, which subnets are cut from, and address scopes, which keep pools from overlapping; addresses as numbers. */
export class SubnetPools0006 implements MigrationInterface {
  name = 'SubnetPools0006700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE address_scope (
        id uuid PRIMARY KEY,
        project_id text NOT NULL,
        name text NOT NULL,
        ip_version smallint NOT NULL CHECK (ip_version IN (4, 6))
      );
      CREATE INDEX address_scope_project ON address_scope (project_id, id);

      CREATE TABLE subnet_pool (
        id uuid PRIMARY KEY,
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        ip_version smallint NOT NULL CHECK (ip_version IN (4, 6)),
        -- The fewest that hold its addresses, ascending, as text: what the API shows.
        prefixes text[] NOT NULL,
        min_prefixlen smallint NOT NULL,
        max_prefixlen smallint NOT NULL,
        default_prefixlen smallint NOT NULL,
        -- Most that a project may have of it: addresses of IPv4, /64s of IPv6.
        default_quota bigint,
        -- For whoever names none.
        is_default boolean NOT NULL,
        address_scope_id uuid REFERENCES address_scope ON DELETE RESTRICT,
        tags text[] NOT NULL DEFAULT '{}',
        revision_number integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CHECK (min_prefixlen <= default_prefixlen AND default_prefixlen <= max_prefixlen)
      );
      CREATE INDEX subnet_pool_project ON subnet_pool (project_id, id);
      CREATE INDEX subnet_pool_scope ON subnet_pool (address_scope_id) WHERE address_scope_id IS NOT NULL;
      CREATE UNIQUE INDEX subnet_pool_default ON subnet_pool (ip_version) WHERE is_default;

      -- What is free of a pool: the fewest prefixes that hold it. A pool's rows change under the pool's lock only.
      CREATE TABLE free_prefix (
        pool uuid NOT NULL REFERENCES subnet_pool ON DELETE CASCADE,
        prefix cidr NOT NULL,
        PRIMARY KEY (pool, prefix)
      );
      -- The smallest that fits, and of those the first.
      CREATE INDEX free_prefix_fit ON free_prefix (pool, masklen(prefix) DESC, prefix);

      ALTER TABLE subnet ADD COLUMN subnetpool_id uuid REFERENCES subnet_pool ON DELETE RESTRICT,
        -- The proof that no prefix of a pool is given twice.
        ADD CONSTRAINT subnet_pool_overlap EXCLUDE USING gist (subnetpool_id WITH =, cidr inet_ops WITH &&)
          WHERE (subnetpool_id IS NOT NULL);
      -- An address as ip_allocation has it.
      CREATE FUNCTION ip_number(address inet) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT sum(get_byte(bytes, i) * power(256::numeric, length(bytes) - 1 - i))::numeric(39)
        -- The first four are its family and lengths.
        FROM (SELECT substr(inet_send(address), 5) AS bytes) b, generate_series(0, length(bytes) - 1) i $$;
      CREATE INDEX subnet_pool_user ON subnet (subnetpool_id, project_id) WHERE subnetpool_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subnet DROP CONSTRAINT subnet_pool_overlap, DROP COLUMN subnetpool_id;
      DROP FUNCTION ip_number;
      DROP TABLE free_prefix, subnet_pool, address_scope;
    `);
  }
}
