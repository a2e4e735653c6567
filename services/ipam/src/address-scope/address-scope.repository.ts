import { Injectable } from '@nestjs/common';
import type { IpVersion } from '@weft/net';
import { statement, type Tx } from '@weft/persistence';
import { EVERYBODY, isOpen } from '../sharing/sharing';

/** A scope as the rules see it. */
export interface AddressScopeRow {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly ip_version: IpVersion;
  /** To the project for which it was read. */
  readonly shared: boolean;
  readonly shared_with_all: boolean;
}

/** A subnet pool of a scope. */
interface Member {
  readonly id: string;
  readonly prefixes: readonly string[];
}

const lock = statement('address-scope-lock', 'SELECT 1 FROM address_scope WHERE id = $1 FOR UPDATE');
const byId = statement(
  'address-scope',
  `SELECT a.id, a.project_id, a.name, a.ip_version, ${isOpen('access_as_shared', 'a.id', '$2')} AS shared,
     ${isOpen('access_as_shared', 'a.id', `'${EVERYBODY}'`)} AS shared_with_all
   FROM address_scope a WHERE a.id = $1`,
);
const members = statement('address-scope-pools', 'SELECT id, prefixes FROM subnet_pool WHERE address_scope_id = $1');

@Injectable()
export class AddressScopeRepository {
  /** The scope, kept from everybody else: its pools neither come nor go nor change their prefixes. */
  async lock(tx: Tx, id: string, project: string | null = null): Promise<AddressScopeRow | null> {
    await tx.query(lock, [id]);
    // A statement of its own: it sees row and grants as they are now that nobody changes them.
    return (await tx.query<AddressScopeRow & Record<string, unknown>>(byId, [id, project]))[0] ?? null;
  }

  members(tx: Tx, id: string): Promise<Member[]> {
    return tx.query<Member & Record<string, unknown>>(members, [id]);
  }
}
