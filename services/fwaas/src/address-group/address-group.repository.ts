import { type AddressGroupFact, conflict, addressGroupFact } from '@weft/contracts';
import { statement, type Tx, violatedConstraint } from '@weft/persistence';
import { nextGeneration } from '@weft/service-kit';
import { type GroupRow, lockOf } from '../references/group-row';
import type { Intent, Referable } from '../references/referable';
import { closeAll } from '../sharing/access-grants';

export interface AddressGroupRow extends GroupRow {
  readonly addresses: readonly string[];
}

const columns = 'id, project_id, true AS stateful, false AS is_default, named, intent_mark';

const user = statement(
  'addresses-user',
  `SELECT 1 FROM security_group_rule WHERE remote_address_group_id = $1
   UNION ALL SELECT 1 FROM rule_template WHERE remote_address_group_id = $1 LIMIT 1`,
);

export class AddressGroupRepository implements Referable {
  readonly type = 'address_group';
  readonly table = 'address_group';
  readonly columns = columns;
  readonly lock = lockOf<AddressGroupRow>('address_group', `${columns}, addresses`);

  /** What nodes are told, the row locked; null: it is gone. */
  async fact(tx: Tx, id: string): Promise<{ generation: number; value: AddressGroupFact } | null> {
    const row = await this.lock(tx, id, 'NO KEY UPDATE');
    return row && { generation: row.generation, value: { id, addresses: row.addresses } };
  }

  /** Tells nodes. */
  async tell(tx: Tx, id: string): Promise<void> {
    tx.fact(addressGroupFact.key(id), (await this.fact(tx, id))!);
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
    await closeAll(tx, id);
    tx.count('address_group', gone!.project_id, -1);
    tx.fact(addressGroupFact.key(id), { generation: await nextGeneration(tx), value: null });
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
