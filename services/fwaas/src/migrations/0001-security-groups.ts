import type { MigrationInterface, QueryRunner } from 'typeorm';
import { kitTables, quotaTables } from '@weft/persistence';

/** What a rule and the template of one say alike; beside each what it comes to, by which two of them are the same. */
const ruleColumns = `
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  direction text NOT NULL CHECK (direction IN ('ingress', 'egress')),
  ethertype text NOT NULL CHECK (ethertype IN ('IPv4', 'IPv6')),
  -- As the client called it; null: any.
  protocol text,
  protocol_number smallint,
  -- Ports, or type and code of ICMP.
  port_range_min integer,
  port_range_max integer,
  remote_ip_prefix text,
  -- The same without host bits.
  normalized_cidr text,
  remote_group_id uuid REFERENCES security_group ON DELETE CASCADE,
  remote_address_group_id uuid REFERENCES address_group ON DELETE RESTRICT,
  description text NOT NULL DEFAULT '',
  revision_number integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(remote_ip_prefix, remote_group_id, remote_address_group_id) <= 1),
  CHECK ((protocol IS NULL) = (protocol_number IS NULL)),
  CHECK ((remote_ip_prefix IS NULL) = (normalized_cidr IS NULL))`;

/** All addresses are no prefix. */
const sameRule = `direction, ethertype, protocol_number, port_range_min, port_range_max,
  NULLIF(NULLIF(normalized_cidr, '0.0.0.0/0'), '::/0'), remote_group_id, remote_address_group_id`;

/** What ipam must agree to, for ports refer to these objects: see references/consent.ts. */
const referenceColumns = `
  -- Somebody has asked for it, so ipam may hold references to it.
  named boolean NOT NULL DEFAULT false,
  -- What is about to become of it: it is referred to no more until that is settled.
  intent text CHECK (intent IN ('gone', 'stateful', 'stateless')),
  intent_mark uuid,
  intent_at timestamptz,
  CHECK (num_nonnulls(intent, intent_mark, intent_at) IN (0, 3))`;

/** Security groups, rules and their templates, address groups, who else may see them, and what rules have let pass. */
export class SecurityGroups0001 implements MigrationInterface {
  name = 'SecurityGroups0001700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(kitTables);
    await runner.query(quotaTables);
    await runner.query(`
      -- One clock for every fact: a later value of a key has the greater generation.
      CREATE SEQUENCE generation;

      CREATE TABLE security_group (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        stateful boolean NOT NULL DEFAULT true,
        -- Of its project: ports that name none get it.
        is_default boolean NOT NULL DEFAULT false,
        tags text[] NOT NULL DEFAULT '{}',
        generation bigint NOT NULL DEFAULT nextval('generation'),
        revision_number integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        ${referenceColumns}
      );
      CREATE INDEX security_group_project ON security_group (project_id, id);
      CREATE UNIQUE INDEX security_group_default ON security_group (project_id) WHERE is_default;
      CREATE INDEX security_group_intent ON security_group (intent_at) WHERE intent IS NOT NULL;

      CREATE TABLE address_group (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        -- CIDRs without host bits, each once.
        addresses text[] NOT NULL,
        generation bigint NOT NULL DEFAULT nextval('generation'),
        revision_number integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        ${referenceColumns}
      );
      CREATE INDEX address_group_project ON address_group (project_id, id);
      CREATE INDEX address_group_intent ON address_group (intent_at) WHERE intent IS NOT NULL;

      CREATE TABLE security_group_rule (
        group_id uuid NOT NULL REFERENCES security_group ON DELETE CASCADE,
        project_id text NOT NULL,
        ${ruleColumns}
      );
      CREATE UNIQUE INDEX security_group_rule_once ON security_group_rule (group_id, ${sameRule}) NULLS NOT DISTINCT;
      CREATE INDEX security_group_rule_remote ON security_group_rule (remote_group_id) WHERE remote_group_id IS NOT NULL;
      CREATE INDEX security_group_rule_addresses ON security_group_rule (remote_address_group_id)
        WHERE remote_address_group_id IS NOT NULL;

      -- Which rules new groups begin with: a project's default group, others, or both.
      CREATE TABLE rule_template (
        -- The remote group is the one that the rule will be in.
        remote_parent boolean NOT NULL DEFAULT false,
        used_in_default_sg boolean NOT NULL,
        used_in_non_default_sg boolean NOT NULL,
        ${ruleColumns},
        CHECK (NOT remote_parent OR num_nonnulls(remote_ip_prefix, remote_group_id, remote_address_group_id) = 0)
      );
      CREATE UNIQUE INDEX rule_template_once
        ON rule_template (remote_parent, used_in_default_sg, used_in_non_default_sg, ${sameRule}) NULLS NOT DISTINCT;
      INSERT INTO rule_template (direction, ethertype, remote_parent, used_in_default_sg, used_in_non_default_sg) VALUES
        ('egress', 'IPv4', false, true, true), ('egress', 'IPv6', false, true, true),
        ('ingress', 'IPv4', true, true, false), ('ingress', 'IPv6', true, true, false);

      -- Who else may see an object: ipam owns these grants (rbac-policies), here is what it has told of them.
      CREATE TABLE access_grant (
        object_id uuid PRIMARY KEY,
        object_type text NOT NULL CHECK (object_type IN ('security_group', 'address_group')),
        -- Projects, or '*'.
        targets text[] NOT NULL,
        generation bigint NOT NULL
      );
      CREATE INDEX access_grant_target ON access_grant USING gin (targets);

      CREATE TABLE rule_count (
        rule_id uuid NOT NULL REFERENCES security_group_rule ON DELETE CASCADE,
        host text NOT NULL,
        packets bigint NOT NULL,
        bytes bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (rule_id, host)
      ) WITH (fillfactor = 70);
      -- What has been counted: a batch that comes again counts once.
      CREATE TABLE counted_batch (
        host text NOT NULL,
        batch text NOT NULL,
        counted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (host, batch)
      );
      CREATE INDEX counted_batch_age ON counted_batch (counted_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('the first migration has nothing to go back to');
  }
}
