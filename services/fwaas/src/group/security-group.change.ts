import { Injectable } from '@nestjs/common';
import { Messaging } from '@weft/messaging';
import { Database } from '@weft/persistence';
import { TwoPhaseChange } from '../references/two-phase-change';
import { SecurityGroupRepository } from './security-group.repository';

/** Deletes security groups and changes their statefulness, with ipam's approval. */
@Injectable()
export class SecurityGroupChange extends TwoPhaseChange {
  constructor(database: Database, messaging: Messaging, groups: SecurityGroupRepository) {
    super(database, messaging, groups);
  }
}
