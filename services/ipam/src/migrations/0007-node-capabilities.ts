import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a node's kernel can do, and by which technique, as its agents show it. */
export class NodeCapabilities0007 implements MigrationInterface {
  name = 'NodeCapabilities0007700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE node ADD COLUMN capabilities jsonb NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE node DROP COLUMN capabilities');
  }
}
