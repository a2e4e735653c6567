import { type LeaderTask, RunByLeader } from '@weft/service-kit';
import { logger } from '@weft/telemetry';
import { AddressGroupChange } from '../address-group/address-group.change';
import { SecurityGroupChange } from '../group/security-group.change';

const log = logger('references');

/** Finishes changes that a crash interrupted between asking ipam and carrying them out. */
@RunByLeader({ everyMs: 5_000 })
export class PendingChangeRecovery implements LeaderTask {
  constructor(
    private readonly groups: SecurityGroupChange,
    private readonly addressGroups: AddressGroupChange,
  ) {}

  async run(): Promise<void> {
    for (const change of [this.groups, this.addressGroups])
      await change.recover().catch((error: unknown) => log.warn({ err: error }, 'recovery failed, will retry'));
  }
}
