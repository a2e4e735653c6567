import { Injectable } from '@nestjs/common';
import { Database } from '@weft/persistence';
import type { FindOptionsWhere } from 'typeorm';
import { RevocationNotices } from '../auth/revocation-notices';
import { DomainService } from '../domain/domain.service';
import { EntityStore } from '../http/entity-store';
import { Project } from './project.entity';

@Injectable()
export class ProjectService {
  private readonly store: EntityStore<Project>;

  constructor(
    database: Database,
    private readonly domains: DomainService,
    private readonly notices: RevocationNotices,
  ) {
    this.store = new EntityStore(database, Project, 'project');
  }

  list = (where: FindOptionsWhere<Project>) => this.store.list(where);
  get = (id: string) => this.store.get(id);

  async create(row: Partial<Project> & { readonly domainId: string }): Promise<Project> {
    await this.domains.get(row.domainId);
    return this.store.insert(row);
  }

  async change(id: string, changes: Partial<Project>): Promise<Project> {
    const project = await this.store.change(id, changes);
    if (changes.enabled === false) this.notices.publish({ projectIds: [id] });
    return project;
  }

  /** With it go its grants and application credentials. */
  async delete(id: string): Promise<void> {
    await this.store.delete(id);
    this.notices.publish({ projectIds: [id] });
  }
}
