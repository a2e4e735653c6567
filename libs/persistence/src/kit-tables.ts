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
