import { Injectable } from '@nestjs/common';
import { Database } from '@weft/persistence';
import type { FindOptionsWhere } from 'typeorm';
import { RevocationNotices } from '../auth/revocation-notices';
import { EntityStore } from '../http/entity-store';
import { notFound } from '../http/identity-error';
import { Role, RoleImplication } from './role.entity';

@Injectable()
export class RoleService {
  private readonly store: EntityStore<Role>;

  constructor(
    private readonly database: Database,
    private readonly notices: RevocationNotices,
  ) {
    this.store = new EntityStore(database, Role, 'role');
  }

  list = (where: FindOptionsWhere<Role>) => this.store.list(where);
  get = (id: string) => this.store.get(id);
  create = (row: Partial<Role>) => this.store.insert(row);

  async change(id: string, changes: Partial<Role>): Promise<Role> {
    const role = await this.store.change(id, changes);
    this.notices.publish({ all: true });
    return role;
  }

  async delete(id: string): Promise<void> {
    await this.store.delete(id);
    this.notices.publish({ all: true });
  }

  /** Every implication, or those of one role. */
  implications(priorId?: string): Promise<RoleImplication[]> {
    return this.database.transaction((tx) =>
      tx.manager.find(RoleImplication, { where: priorId === undefined ? {} : { priorId } }),
    );
  }

  async imply(priorId: string, impliedId: string): Promise<void> {
    await Promise.all([this.get(priorId), this.get(impliedId)]);
    await this.database.query(
      'INSERT INTO role_implication (prior_id, implied_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [priorId, impliedId],
    );
    this.notices.publish({ all: true });
  }

  async stopImplying(priorId: string, impliedId: string): Promise<void> {
    const gone = await this.database.query(
      'DELETE FROM role_implication WHERE prior_id = $1 AND implied_id = $2 RETURNING prior_id',
      [priorId, impliedId],
    );
    if (gone.length === 0) throw notFound('implied role', `${priorId} implies ${impliedId}`);
    this.notices.publish({ all: true });
  }
}
