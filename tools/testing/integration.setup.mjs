// Before the integration tier: one PostgreSQL for the whole run. Each test file has a database of its own on it, copied from
// a template that is migrated once (libs/testing/src/service/test-database.ts).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../libs/lab/dist/index.js';

export default async function setUp() {
  const dir = mkdtempSync(join(tmpdir(), 'weft-integration-'));
  const server = await startPostgres({
    dir,
    // For two workers with two replicas of a service each. Nothing on this server has to outlive it.
    settings: { max_connections: '200', fsync: 'off', full_page_writes: 'off' },
  });
  process.env.WEFT_TEST_POSTGRES = server.url;
  globalThis.stopTestPostgres = async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
}
