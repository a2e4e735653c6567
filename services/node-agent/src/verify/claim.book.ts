import type { Report } from '@weft/contracts';
import type { Claim } from '../managers/plan.types';
import type { ReportBook } from '../report/report.book';

interface Standing {
  /** Each claim with what was last seen of it; undefined: not looked at yet. */
  readonly reports: Map<Claim, Report | undefined>;
  /** Not looked at yet, pending or failed: looked at again in every pass. */
  readonly open: Set<Claim>;
}

/**
 * What this node has to prove, by network, and how it stands. A pass looks at what is open and at the networks that something
 * has touched: what is settled in a large network costs nothing when one port of it changes.
 */
export class ClaimBook {
  private readonly networks = new Map<string, Standing>();
  private readonly touched = new Set<string>();

  constructor(private readonly reports: ReportBook) {}

  /** A claim that is the same object as before is the same claim. What is not claimed any more, nobody waits for word of. */
  set(network: string, claims: readonly Claim[]): void {
    const known = this.networks.get(network);
    const reports = new Map(claims.map((claim) => [claim, known?.reports.get(claim)]));
    const open = new Set(claims.filter((claim) => known?.open.has(claim) || !reports.get(claim)));
    const claimed = new Set([...open].map(keyOf));
    for (const claim of known?.reports.keys() ?? [])
      if (!reports.has(claim) && !claimed.has(keyOf(claim))) this.reports.forget(claim.port, claim.component);
    if (claims.length > 0) this.networks.set(network, { reports, open });
    else this.networks.delete(network);
  }

  /** Anything of the network may have become true or untrue. */
  touch(network: string): void {
    this.touched.add(network);
  }

  has(network: string): boolean {
    return this.networks.has(network);
  }

  get size(): number {
    return this.networks.size;
  }

  /** Claims of this component. */
  count(component: Claim['component']): number {
    let count = 0;
    for (const { reports } of this.networks.values())
      for (const claim of reports.keys()) if (claim.component === component) count++;
    return count;
  }

  /** Looks at what may have changed, and reports it. */
  prove(judge: (claim: Claim) => Report): void {
    for (const [network, { reports, open }] of this.networks) {
      const due = this.touched.has(network) ? [...reports.keys()] : [...open];
      for (const claim of due) {
        const report = judge(claim);
        if (report.state === 'pending' || report.state === 'error') open.add(claim);
        else open.delete(claim);
        const known = reports.get(claim);
        if (known?.state === report.state && known.reason === report.reason && known.detail === report.detail) continue;
        reports.set(claim, report);
        this.reports.put(report, claim.trace);
      }
    }
    this.touched.clear();
  }
}

const keyOf = ({ component, port }: Claim): string => `${component}|${port}`;
