/**
 * The tables that every service's schema has for the kit: the outbox and the memory of finished writes. To be run by the
 * service's first migration.
 */
export const kitTables = `
  CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    payload text NOT NULL,
    trace text
  );
  -- What a key has done, so that a repeated request is answered and not done again.
  CREATE TABLE finished_write (
    project text NOT NULL,
    key text NOT NULL,
    operation text NOT NULL,
    ids uuid[] NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project, key)
  );
  CREATE INDEX finished_write_age ON finished_write (finished_at);
`;

/**
 * How many objects of a resource each project may have and has. To be run by one migration of a service with quotas, which then fills
 * `quota_usage` from the rows that exist.
 */
export const quotaTables = `
  CREATE TABLE quota_limit (
    project_id text NOT NULL,
    resource text NOT NULL,
    value integer NOT NULL CHECK (value >= -1),
    PRIMARY KEY (project_id, resource)
  );
  CREATE TABLE quota_usage (
    project_id text NOT NULL,
    resource text NOT NULL,
    used integer NOT NULL,
    PRIMARY KEY (project_id, resource)
  ) WITH (fillfactor = 50);
  -- What a write has done is known by its key, which is not always a UUID: a binding's host, a project.
  ALTER TABLE finished_write ALTER COLUMN ids TYPE text[] USING ids::text[];
`;
