import type { MigrationInterface, QueryRunner } from 'typeorm';
import { quotaTables } from '@weft/persistence';

/** Limits and usage of networks, subnets and ports; usage is what there is. */
export class Quota0003 implements MigrationInterface {
  name = 'Quota0003700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(quotaTables);
    await runner.query(`
      -- False: Weft has made it for itself, e.g. for a DHCP server; no project pays for it.
      ALTER TABLE port ADD COLUMN counted boolean NOT NULL DEFAULT true;
      UPDATE port SET counted = false WHERE id IN (SELECT port_id FROM dhcp_binding);

      INSERT INTO quota_usage (project_id, resource, used)
        SELECT project_id, 'network', count(*) FROM network GROUP BY project_id
        UNION ALL SELECT project_id, 'subnet', count(*) FROM subnet GROUP BY project_id
        UNION ALL SELECT project_id, 'port', count(*) FROM port WHERE counted GROUP BY project_id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE port DROP COLUMN counted; DROP TABLE quota_limit, quota_usage');
  }
}
