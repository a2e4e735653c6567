import { Injectable } from '@nestjs/common';
import { Messaging } from '@weft/messaging';
import { Database } from '@weft/persistence';
import { TwoPhaseChange } from '../references/two-phase-change';
import { AddressGroupRepository } from './address-group.repository';

/** Deletes address groups, with ipam's approval. */
@Injectable()
export class AddressGroupChange extends TwoPhaseChange {
  constructor(database: Database, messaging: Messaging, groups: AddressGroupRepository) {
    super(database, messaging, groups);
  }
}
