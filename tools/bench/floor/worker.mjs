// The floor's owner: one prepared INSERT, which commits, per request.
import { randomUUID } from 'node:crypto';
import { connect } from 'nats';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8 });
await pool.query('CREATE SCHEMA IF NOT EXISTS floor');
await pool.query(
  'CREATE TABLE IF NOT EXISTS floor.ports (id uuid PRIMARY KEY, body jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now())',
);
const connection = await connect({ servers: process.env.NATS_URL });
connection.subscribe('floor.ports', {
  queue: 'floor',
  callback: (error, message) => {
    if (error) throw error;
    const values = [randomUUID(), message.string()];
    void pool
      .query({
        name: 'insert',
        text: 'INSERT INTO floor.ports (id, body) VALUES ($1, $2) RETURNING id, body, created_at',
        values,
      })
      .then(({ rows }) => message.respond(JSON.stringify(rows[0])));
  },
});
console.log('ready');
