import type { Report } from '@weft/contracts';
import type { Requirement } from '../planners/planner';
import type { ReportBuffer } from '../report/report.buffer';

interface Standing {
  /** Each requirement with what was last seen of it; undefined: not looked at yet. */
  readonly reports: Map<Requirement, Report | undefined>;
  /** Not looked at yet, pending or failed: looked at again in every pass. */
  readonly open: Set<Requirement>;
}

/**
 * What this node has to prove, by owner, and how it stands. A pass looks at what is open and at the owners that something has touched: what
 * is settled in a large network costs nothing when one port of it changes.
 */
export class RequirementTracker {
  private readonly owners = new Map<string, Standing>();
  private readonly touched = new Set<string>();

  constructor(private readonly reports: ReportBuffer) {}

  /** A requirement that is the same object as before is the same requirement. No report is kept of what is not required any more. */
  set(owner: string, requirements: readonly Requirement[]): void {
    const known = this.owners.get(owner);
    const reports = new Map(requirements.map((requirement) => [requirement, known?.reports.get(requirement)]));
    const open = new Set(
      requirements.filter((requirement) => known?.open.has(requirement) || !reports.get(requirement)),
    );
    const required = new Set([...open].map(keyOf));
    for (const requirement of known?.reports.keys() ?? [])
      if (!reports.has(requirement) && !required.has(keyOf(requirement))) this.reports.forget(reportKey(requirement));
    if (requirements.length > 0) this.owners.set(owner, { reports, open });
    else this.owners.delete(owner);
  }

  /** Anything of the owner may have become true or untrue. */
  touch(owner: string): void {
    this.touched.add(owner);
  }

  has(owner: string): boolean {
    return this.owners.has(owner);
  }

  get size(): number {
    return this.owners.size;
  }

  /** Requirements of this component. */
  count(component: Requirement['component']): number {
    let count = 0;
    for (const { reports } of this.owners.values())
      for (const requirement of reports.keys()) if (requirement.component === component) count++;
    return count;
  }

  /** Looks at what may have changed, and reports it. */
  evaluate(evaluate: (requirement: Requirement) => Report): void {
    for (const [owner, { reports, open }] of this.owners) {
      const due = this.touched.has(owner) ? [...reports.keys()] : [...open];
      for (const requirement of due) {
        const report = evaluate(requirement);
        if (report.state === 'pending' || report.state === 'error') open.add(requirement);
        else open.delete(requirement);
        const known = reports.get(requirement);
        if (known?.state === report.state && known.reason === report.reason && known.detail === report.detail) continue;
        reports.set(requirement, report);
        this.reports.put(report, requirement.trace);
      }
    }
    this.touched.clear();
  }
}

const keyOf = ({ component, object }: Requirement): string => `${component}|${object.type}|${object.id}`;
const reportKey = ({ component, object }: Requirement) => ({ object: object.type, id: object.id, component });
