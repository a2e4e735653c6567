import { Injectable } from '@nestjs/common';
import { conflict } from '@weft/contracts';
import { statement, type Tx, violatedConstraint } from '@weft/persistence';
import { publishCurrent } from '@weft/service-kit';
import { type GroupRow, lockOf } from '../references/group-row';
import type { Intent, ReferencedType } from '../references/referenced-type';
import { deleteGrants } from '../sharing/rbac-grant-copy';
import { addressGroupFacts } from './address-group.facts';

export interface AddressGroupRow extends GroupRow {
  readonly addresses: readonly string[];
}

const columns = 'id, project_id, true AS stateful, false AS is_default, named, intent_mark';

const user = statement(
  'addresses-user',
  `SELECT 1 FROM security_group_rule WHERE remote_address_group_id = $1
   UNION ALL SELECT 1 FROM rule_template WHERE remote_address_group_id = $1 LIMIT 1`,
);

@Injectable()
export class AddressGroupRepository implements ReferencedType {
  readonly type = 'address_group';
  readonly table = 'address_group';
  readonly columns = columns;
  readonly lock = lockOf<AddressGroupRow>('address_group', `${columns}, addresses`);

  /** Publishes the group as its row is now. */
  async publish(tx: Tx, id: string): Promise<void> {
    await publishCurrent(tx, addressGroupFacts, { kind: 'address-group', group: id });
  }

  /** @throws AddressGroupInUse */
  async refuseUsed(tx: Tx, id: string): Promise<void> {
    if ((await tx.query(user, [id])).length > 0) throw inUse(id);
  }

  /** @throws AddressGroupInUse */
  async remove(tx: Tx, id: string): Promise<void> {
    const deleted = tx.query<{ project_id: string }>('DELETE FROM address_group WHERE id = $1 RETURNING project_id', [
      id,
    ]);
    const [gone] = await orInUse(deleted, id);
    await deleteGrants(tx, id);
    tx.count('address_group', gone!.project_id, -1);
    await this.publish(tx, id);
  }

  async finish(tx: Tx, id: string, intent: Intent): Promise<void> {
    if (intent === 'gone') await this.remove(tx, id);
  }
}

async function orInUse<T>(written: Promise<T>, id: string): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (violatedConstraint(error) === undefined) throw error;
    throw inUse(id);
  }
}

const inUse = (id: string) =>
  conflict('AddressGroupInUse', `Address group ${id} is in use on one or more security group rules.`);
