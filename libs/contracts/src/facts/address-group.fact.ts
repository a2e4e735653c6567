import { defineFact } from './define-fact';

/** An address group, as rules refer to it. */
export interface AddressGroupFact {
  readonly id: string;
  /** CIDRs of both families. */
  readonly addresses: readonly string[];
}

export const addressGroupFact = defineFact<AddressGroupFact>()({
  kind: 'address-group',
  writer: 'fwaas',
  pattern: 'addresses.{group}',
});
