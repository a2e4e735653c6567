import { Injectable } from '@nestjs/common';
import {
  type DropReason,
  type DropSample,
  type Json,
  type PortDrops,
  ports,
  type RequestContext,
  type ViewQuery,
} from '@weft/contracts';
import { Database } from '@weft/persistence';
import { InjectReader, ResourceReader } from '@weft/service-kit';
import { KEPT } from './drop.service';

interface CountRow {
  readonly [column: string]: unknown;
  readonly reason: DropReason;
  readonly packets: number;
  readonly last_at: Date;
}

/** Tells what did not pass, to whoever may see the port. */
@Injectable()
export class DropQuery {
  constructor(
    private readonly database: Database,
    @InjectReader(ports) private readonly reader: ResourceReader,
  ) {}

  async show(ctx: RequestContext, id: string, query?: ViewQuery): Promise<Json> {
    // Who may see the port may see what is kept from it.
    await this.reader.show({ ctx }, id, ['id']);
    const reasons = query?.filters.reason ?? null;
    const counts = await this.database.query<CountRow>(
      `SELECT reason, packets, last_at FROM drop_count WHERE port_id = $1 AND ($2::text[] IS NULL OR reason = ANY($2))
       ORDER BY packets DESC`,
      [id, reasons],
    );
    const samples = await this.database.query<{ sample: DropSample }>(
      `SELECT sample FROM drop_sample WHERE port_id = $1 AND ($2::text[] IS NULL OR sample ->> 'reason' = ANY($2))
       ORDER BY id DESC LIMIT $3`,
      [id, reasons, query?.limit ?? KEPT],
    );
    const drops: PortDrops = {
      counts: counts.map(({ reason, packets, last_at }) => ({ reason, packets, last_at: last_at.toISOString() })),
      samples: samples.map(({ sample }) => shown(sample)),
    };
    return { drops } as unknown as Json;
  }
}

/** As the API spells names. */
const shown = ({ port: _, ...sample }: DropSample): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
