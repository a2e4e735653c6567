import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Names are unique per domain; what belongs to something goes with it. */
export class Initial1763600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE domain (
        id text PRIMARY KEY,
        name text NOT NULL CONSTRAINT domain_name UNIQUE,
        description text NOT NULL DEFAULT '',
        enabled boolean NOT NULL DEFAULT true
      );
      CREATE TABLE project (
        id text PRIMARY KEY,
        domain_id text NOT NULL REFERENCES domain ON DELETE CASCADE,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        enabled boolean NOT NULL DEFAULT true,
        CONSTRAINT project_name UNIQUE (domain_id, name)
      );
      CREATE TABLE account (
        id text PRIMARY KEY,
        domain_id text NOT NULL REFERENCES domain ON DELETE CASCADE,
        name text NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        email text,
        description text,
        default_project_id text,
        password_hash text,
        -- Grows when every token of the user must end; a token carries the epoch it was issued in.
        token_epoch integer NOT NULL DEFAULT 0,
        CONSTRAINT user_name UNIQUE (domain_id, name)
      );
      CREATE TABLE role (
        id text PRIMARY KEY,
        name text NOT NULL CONSTRAINT role_name UNIQUE,
        description text
      );
      CREATE TABLE role_implication (
        prior_id text NOT NULL REFERENCES role ON DELETE CASCADE,
        implied_id text NOT NULL REFERENCES role ON DELETE CASCADE,
        PRIMARY KEY (prior_id, implied_id),
        CHECK (prior_id <> implied_id)
      );
      -- On a project, on a domain, or, with neither, on the system.
      CREATE TABLE assignment (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id text NOT NULL REFERENCES account ON DELETE CASCADE,
        role_id text NOT NULL REFERENCES role ON DELETE CASCADE,
        project_id text REFERENCES project ON DELETE CASCADE,
        domain_id text REFERENCES domain ON DELETE CASCADE,
        CHECK (num_nonnulls(project_id, domain_id) <= 1),
        CONSTRAINT assignment_once UNIQUE NULLS NOT DISTINCT (user_id, role_id, project_id, domain_id)
      );
      CREATE INDEX assignment_project ON assignment (project_id);
      CREATE TABLE application_credential (
        id text PRIMARY KEY,
        user_id text NOT NULL REFERENCES account ON DELETE CASCADE,
        project_id text NOT NULL REFERENCES project ON DELETE CASCADE,
        name text NOT NULL,
        description text,
        secret_hash text NOT NULL,
        role_ids text[] NOT NULL,
        expires_at timestamptz,
        unrestricted boolean NOT NULL,
        CONSTRAINT application_credential_name UNIQUE (user_id, name)
      );
      -- Tokens that were given back before their time; kept until they would have expired.
      CREATE TABLE revocation (
        audit_id text PRIMARY KEY,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX revocation_expiry ON revocation (expires_at);
      CREATE TABLE signing_key (
        id integer PRIMARY KEY,
        secret bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE signing_key, revocation, application_credential, assignment, role_implication, role, account, project, domain
    `);
  }
}
