import type { QuotaLimits, QuotaPage } from '@weft/contracts';
import { statement, type Tx } from '@weft/persistence';

const ofProject = statement(
  'quota',
  `SELECT r.name, l.value, COALESCE(u.used, 0) AS used FROM unnest($2::text[]) AS r (name)
   LEFT JOIN quota_limit l ON l.project_id = $1 AND l.resource = r.name
   LEFT JOIN quota_usage u ON u.project_id = $1 AND u.resource = r.name`,
);
const lockUsage = 'SELECT 1 FROM quota_usage WHERE project_id = $1 ORDER BY resource FOR UPDATE';
const setLimits = `
  INSERT INTO quota_limit (project_id, resource, value) SELECT $1, r, v FROM unnest($2::text[], $3::int[]) AS n (r, v)
  ON CONFLICT (project_id, resource) DO UPDATE SET value = excluded.value`;
const projects = `
  SELECT project_id, json_object_agg(resource, value) AS limits FROM quota_limit WHERE project_id > $1
  GROUP BY project_id ORDER BY project_id LIMIT $2`;

interface Known {
  readonly name: string;
  readonly value: number | null;
  readonly used: number;
}

/** Limits and usage of this service's resources. */
export class QuotaRepository {
  /** Own limit and usage of each of these resources. */
  ofProject(reader: Pick<Tx, 'query'>, projectId: string, names: readonly string[]): Promise<Known[]> {
    return reader.query<Known & Record<string, unknown>>(ofProject, [projectId, names]);
  }

  /**
   * Waits for what is being committed of this project, and holds back what comes after. Of a resource that it never had there is no row
   * to lock: what it makes for the first time at this very moment is not seen.
   */
  async lockUsage(tx: Tx, projectId: string): Promise<void> {
    await tx.query(lockUsage, [projectId]);
  }

  async set(tx: Tx, projectId: string, limits: QuotaLimits): Promise<void> {
    await tx.query(setLimits, [projectId, Object.keys(limits), Object.values(limits)]);
  }

  /** @returns whether it had limits of its own */
  async reset(tx: Tx, projectId: string): Promise<boolean> {
    const deleted = await tx.query('DELETE FROM quota_limit WHERE project_id = $1 RETURNING resource', [projectId]);
    return deleted.length > 0;
  }

  async page(reader: Pick<Tx, 'query'>, after: string, size: number): Promise<QuotaPage['projects']> {
    const rows = await reader.query<{ project_id: string; limits: QuotaLimits }>(projects, [after, size]);
    return rows.map(({ project_id, limits }) => ({ projectId: project_id, limits }));
  }
}
