import { Cidr, cidrsOf, without } from '@weft/net';
import { type Heartbeat, heartbeatSubject } from '@weft/contracts';
import { admin, eventually, ServiceHarness } from '@weft/testing';
import { ipam } from '../src';
import { GroupOwner } from './group-owner';

/** A running ipam. */
export class Harness extends ServiceHarness {
  protected readonly service = ipam;
  protected readonly counted = {
    network: 'network',
    subnet: 'subnet',
    subnetpool: 'subnet_pool',
    port: 'port WHERE counted',
  };
  /** In the place of fwaas. */
  readonly groups = new GroupOwner(this.messaging);
  private heartbeats = 0;

  /** As if its node had just proven it. */
  async prove(port: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO proof (port_id, host, component, generation, state)
         SELECT id, host, c, generation, 'proven' FROM port, unnest(ARRAY['wired', 'filtered']) c WHERE id = $1`,
        [port],
      );
      await tx.query(`UPDATE port SET status = 'ACTIVE', proven_generation = generation WHERE id = $1`, [port]);
    });
  }

  /**
   * Every address of every pool is free exactly once or given out, and ports say of their addresses what the constraint says.
   * @throws with what is not so
   */
  async expectPoolsWhole(): Promise<void> {
    const wrong = await this.database.query<{ subnet: string; what: string }>(`
      WITH pool AS (
        SELECT s.id AS subnet, host(s.cidr) AS base, (p->>'start')::inet - network(s.cidr)::inet AS first,
          (p->>'end')::inet - network(s.cidr)::inet AS last
        FROM subnet s, jsonb_array_elements(s.allocation_pools) p WHERE s.ip_version = 4),
      wanted AS (SELECT subnet, n FROM pool, generate_series(first, last) n WHERE last - first < 70000),
      offset_of AS (SELECT s.id AS subnet, (network(s.cidr)::inet - '0.0.0.0'::inet)::numeric AS zero FROM subnet s WHERE s.ip_version = 4),
      free AS (SELECT o.subnet, g - o.zero AS n FROM free_range f JOIN offset_of o ON o.subnet = f.pool,
        generate_series(f.first, f.last) g WHERE f.last - f.first < 70000),
      used AS (SELECT o.subnet, a.ip - o.zero AS n FROM ip_allocation a JOIN offset_of o ON o.subnet = a.subnet_id),
      held AS (SELECT subnet, n, count(*) AS times FROM (SELECT * FROM free UNION ALL SELECT * FROM used) h GROUP BY 1, 2)
      SELECT subnet, n || ' is held ' || times || ' times' AS what FROM held WHERE times > 1
      UNION ALL SELECT w.subnet, w.n || ' is lost' FROM wanted w LEFT JOIN held h USING (subnet, n) WHERE h.n IS NULL
      UNION ALL SELECT f.subnet, f.n || ' is free outside of the pool' FROM free f LEFT JOIN wanted w USING (subnet, n) WHERE w.n IS NULL`);
    if (wrong.length > 0) throw new Error(`pools are not whole: ${JSON.stringify(wrong.slice(0, 10))}`);
    const differing = await this.database.query(`
      SELECT p.id FROM port p WHERE jsonb_array_length(p.fixed_ips) <> (SELECT count(*) FROM ip_allocation a WHERE a.port_id = p.id)`);
    if (differing.length > 0) throw new Error(`ports differ from their allocations: ${JSON.stringify(differing)}`);
  }

  /**
   * What is free of every subnet pool is what its prefixes hold and no subnet has, in the fewest prefixes.
   * @throws with what is not so
   */
  async expectPrefixesWhole(): Promise<void> {
    const pools = await this.database.query<{
      id: string;
      version: 4 | 6;
      prefixes: string[];
      free: string[];
      used: string[];
    }>(`SELECT p.id, p.ip_version AS version, p.prefixes,
        ARRAY(SELECT f.prefix::text FROM free_prefix f WHERE f.pool = p.id ORDER BY f.prefix) AS free,
        ARRAY(SELECT s.cidr::text FROM subnet s WHERE s.subnetpool_id = p.id) AS used FROM subnet_pool p`);
    const ranges = (texts: readonly string[]) => texts.map((text) => Cidr.parse(text)!.range);
    for (const { id, version, prefixes, free, used } of pools) {
      const wanted = cidrsOf(version, without(ranges(prefixes), ranges(used))).map(String);
      if (JSON.stringify(free.map((text) => String(Cidr.parse(text))).sort()) !== JSON.stringify(wanted.sort()))
        throw new Error(`pool ${id} of ${prefixes.join()} without ${used.join()} has ${free.join()} free`);
    }
  }

  /** Sends a heartbeat of a node and waits until it is processed: none is in flight when a test goes on. */
  async node(
    host: string,
    tunnelIp = '10.0.0.1',
    bridgeMappings: Record<string, string> = {},
    availabilityZone = 'nova',
  ): Promise<void> {
    const heartbeat: Heartbeat = {
      host,
      version: '0',
      // No two are alike: the row shows which heartbeat was the last.
      startedAt: new Date(Date.now() + this.heartbeats++).toISOString(),
      tunnelIp,
      bridgeMappings,
      roles: ['l2', 'dhcp', 'metadata'],
      availabilityZone,
      inSync: true,
      counts: {},
    };
    this.messaging.publish(heartbeatSubject(host), heartbeat);
    await eventually(async () => {
      const processed = 'SELECT 1 FROM node WHERE host = $1 AND started_at = $2';
      if ((await this.database.query(processed, [host, heartbeat.startedAt])).length === 0) return false;
      return (await this.list('agents', { filters: { host: [host] } }, admin())).length === 3;
    });
  }
}
