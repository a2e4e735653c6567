import { type Fact, addressGroupFact, securityGroupFact, type FactKey, parseFactKey } from '@weft/contracts';
import type { Database, FactProjection, Tx } from '@weft/persistence';
import { nextGeneration } from '@weft/service-kit';
import type { AddressGroupRepository } from '../address-group/address-group.repository';
import type { SecurityGroupRepository } from '../group/security-group.repository';

/** The rows of this service as facts: what FACTS must say, for the audit. */
export class FwaasProjection implements FactProjection {
  constructor(
    private readonly database: Database,
    private readonly groups: SecurityGroupRepository,
    private readonly addressGroups: AddressGroupRepository,
  ) {}

  owns({ kind }: FactKey): boolean {
    return kind === 'security-group' || kind === 'address-group';
  }

  async generations(): Promise<Map<string, number>> {
    const of = async (table: string, key: (id: string) => string): Promise<[string, number][]> => {
      const rows = await this.database.query<{ id: string; generation: number }>(`SELECT id, generation FROM ${table}`);
      return rows.map(({ id, generation }) => [key(id), generation]);
    };
    return new Map([
      ...(await of('security_group', securityGroupFact.key)),
      ...(await of('address_group', addressGroupFact.key)),
    ]);
  }

  async republish(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const parsed = parseFactKey(key);
      if (!parsed || !this.owns(parsed)) continue;
      await this.database.transaction(async (tx) => {
        const known = await this.present(tx, parsed);
        tx.fact(key, known ?? { generation: await nextGeneration(tx), value: null });
      });
    }
  }

  /** The fact as its row says it, the row locked; null: there is no such row. */
  private async present(tx: Tx, key: FactKey): Promise<Fact | null> {
    if (key.kind === 'security-group') return this.groups.fact(tx, key.group);
    return key.kind === 'address-group' ? this.addressGroups.fact(tx, key.group) : null;
  }
}
