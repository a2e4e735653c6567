import { DiscoveryService } from '@nestjs/core';
import type { PeriodicWorkOptions, Term } from '@weft/persistence';

/** Work that one replica does for all, in rounds. */
export interface LeaderTask {
  /** One round. */
  run(term: Term): Promise<void>;
}

/** Has a provider run by the leader: `@RunByLeader({ everyMs: 5_000 }) class X implements LeaderTask`. */
export const RunByLeader = DiscoveryService.createDecorator<Omit<PeriodicWorkOptions, 'name'>>();
