import { Injectable } from '@nestjs/common';
import { ApiError } from '@weft/contracts';
import { Database } from '@weft/persistence';
import type { FindOptionsWhere } from 'typeorm';
import { RevocationNotices } from '../auth/revocation-notices';
import { EntityStore } from '../http/entity-store';
import { Domain } from './domain.entity';

@Injectable()
export class DomainService {
  private readonly store: EntityStore<Domain>;

  constructor(
    database: Database,
    private readonly notices: RevocationNotices,
  ) {
    this.store = new EntityStore(database, Domain, 'domain');
  }

  list = (where: FindOptionsWhere<Domain>) => this.store.list(where);
  get = (id: string) => this.store.get(id);
  create = (row: Partial<Domain>) => this.store.insert(row);

  async change(id: string, changes: Partial<Domain>): Promise<Domain> {
    const domain = await this.store.change(id, changes);
    // Tokens of its users and on its projects are refused from now on.
    if (changes.enabled === false) this.notices.publish({ all: true });
    return domain;
  }

  /** @throws Forbidden while it is enabled: its users and projects go with it */
  async delete(id: string): Promise<void> {
    const { enabled } = await this.store.get(id);
    if (enabled) {
      throw new ApiError('Forbidden', 403, 'Cannot delete a domain that is enabled, please disable it first.');
    }
    await this.store.delete(id);
    this.notices.publish({ all: true });
  }
}
