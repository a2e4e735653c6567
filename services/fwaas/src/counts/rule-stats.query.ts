import { Injectable } from '@nestjs/common';
import { type Json, type RequestContext, type RuleStats, securityGroupRules } from '@weft/contracts';
import { Database, statement } from '@weft/persistence';
import { InjectReader, ResourceReader } from '@weft/service-kit';

const counts = statement(
  'rule-stats',
  'SELECT host, packets, bytes, updated_at FROM rule_count WHERE rule_id = $1 ORDER BY host',
);

interface Row {
  readonly [column: string]: unknown;
  readonly host: string;
  readonly packets: number;
  readonly bytes: number;
  readonly updated_at: Date;
}

/** How much a rule has let pass; for operators per host. */
@Injectable()
export class RuleStatsQuery {
  constructor(
    private readonly database: Database,
    @InjectReader(securityGroupRules) private readonly reader: ResourceReader,
  ) {}

  async stats(ctx: RequestContext, id: string): Promise<Json> {
    // Visible with the rule.
    await this.reader.show({ ctx }, id, ['id']);
    const rows = await this.database.query<Row>(counts, [id]);
    const sum = (of: (row: Row) => number) => rows.reduce((all, row) => all + of(row), 0);
    const stats: RuleStats = {
      packets: sum(({ packets }) => packets),
      bytes: sum(({ bytes }) => bytes),
      ...(ctx.roles.includes('admin') && {
        hosts: rows.map(({ host, packets, bytes, updated_at }) => ({
          host,
          packets,
          bytes,
          updated_at: updated_at.toISOString(),
        })),
      }),
    };
    return { stats } as unknown as Json;
  }
}
