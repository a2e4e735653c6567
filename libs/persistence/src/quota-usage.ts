import { overQuota, type QuotaLimits } from '@weft/contracts';

/** A project's usage of a resource, and its own limit if it has one. */
export interface UsageRow {
  readonly project_id: string;
  readonly resource: string;
  readonly used: number;
  readonly value: number | null;
}

interface Change {
  readonly project: string;
  readonly resource: string;
  readonly by: number;
  /** What of it may be too much; the rest follows from something else and is only counted. */
  readonly asked: number;
}

/**
 * Counts usage as the common table expression `counted`. Rows are locked in the order of their keys, so that two transactions never
 * wait for each other in a circle.
 *
 * @param first number of the first of its three parameters: projects, resources, changes
 */
export const countUsage = (first: number): string => `
  counted AS (
    INSERT INTO quota_usage AS u (project_id, resource, used)
    SELECT project, resource, by
    FROM unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::int[]) AS c (project, resource, by)
    ORDER BY project, resource
    ON CONFLICT (project_id, resource) DO UPDATE SET used = u.used + excluded.used RETURNING project_id, resource, used)`;

/** What {@link countUsage} left, with the limits that hold for it: {@link UsageRow}s. */
export const USAGE_AFTER = `
  SELECT c.project_id, c.resource, c.used, l.value FROM counted c LEFT JOIN quota_limit l USING (project_id, resource)`;

/** What is used now and would be after changes, without a lock: {@link UsageRow}s. Parameters as of {@link countUsage}. */
export const USAGE_WOULD_BE = `
  SELECT c.project AS project_id, c.resource, COALESCE(u.used, 0) + c.by AS used, l.value
  FROM unnest($1::text[], $2::text[], $3::int[]) AS c (project, resource, by)
  LEFT JOIN quota_usage u ON u.project_id = c.project AND u.resource = c.resource
  LEFT JOIN quota_limit l ON l.project_id = c.project AND l.resource = c.resource`;

/** What one transaction changes, summed up by project and resource. */
export class UsageChanges {
  private readonly sums = new Map<string, Change>();

  constructor(private readonly defaults: QuotaLimits) {}

  add(resource: string, project: string, by: number, asked = by): void {
    if (!Object.hasOwn(this.defaults, resource)) throw new Error(`no quota is named ${resource}`);
    const key = keyOf(project, resource);
    const sum = this.sums.get(key) ?? { by: 0, asked: 0 };
    this.sums.set(key, { project, resource, by: sum.by + by, asked: sum.asked + asked });
  }

  get isEmpty(): boolean {
    return this.changes.length === 0;
  }

  /** @see countUsage */
  get parameters(): [projects: string[], resources: string[], changes: number[]] {
    const { changes } = this;
    return [
      changes.map(({ project }) => project),
      changes.map(({ resource }) => resource),
      changes.map(({ by }) => by),
    ];
  }

  /**
   * Only more can be too much: a project above a limit that was lowered may still delete.
   *
   * @param rows as they are after the changes
   * @throws OverQuota naming every resource of which there would be too many
   */
  judge(rows: readonly UsageRow[]): void {
    const over = rows.filter(({ project_id, resource, used, value }) => {
      const limit = value ?? this.defaults[resource]!;
      return limit >= 0 && used > limit && this.sums.get(keyOf(project_id, resource))!.asked > 0;
    });
    if (over.length > 0) throw overQuota([...new Set(over.map(({ resource }) => resource))].sort());
    const lost = rows.find(({ used }) => used < 0);
    if (lost) throw new Error(`the usage of ${lost.resource} in project ${lost.project_id} would be ${lost.used}`);
  }

  private get changes(): readonly Change[] {
    return [...this.sums.values()].filter(({ by }) => by !== 0);
  }
}

const keyOf = (project: string, resource: string): string => `${resource} ${project}`;
