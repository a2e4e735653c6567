import { addressGroupFact } from '@weft/contracts';
import { statement } from '@weft/persistence';
import type { FactSource } from '@weft/service-kit';

interface AddressGroupFactRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly addresses: readonly string[];
  readonly generation: number;
}

const lock = statement(
  'addresses-facts',
  'SELECT id, addresses, generation FROM address_group WHERE id = $1 FOR NO KEY UPDATE',
);

/** An address group. */
export const addressGroupFacts: FactSource<AddressGroupFactRow, 'address-group'> = {
  *of({ id, addresses }) {
    yield [addressGroupFact.key(id), { id, addresses }];
  },
  generations: { 'address-group': 'SELECT id AS group, generation FROM address_group' },
  async lock(tx, { group }) {
    return (await tx.query<AddressGroupFactRow>(lock, [group]))[0] ?? null;
  },
};
