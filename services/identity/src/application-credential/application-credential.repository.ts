import { Injectable } from '@nestjs/common';
import { Database } from '@weft/persistence';
import { EntityStore } from '../http/entity-store';
import { ApplicationCredential } from './application-credential.entity';

@Injectable()
export class ApplicationCredentialRepository {
  private readonly store: EntityStore<ApplicationCredential>;

  constructor(database: Database) {
    this.store = new EntityStore(database, ApplicationCredential, 'application credential');
  }

  find = (id: string) => this.store.find(id);
  findByName = (userId: string, name: string) => this.store.findOne({ userId, name });
  ofUser = (userId: string, name: string | undefined) =>
    this.store.list({ userId, ...(name !== undefined && { name }) });
  insert = (row: Partial<ApplicationCredential>) => this.store.insert(row);
  delete = (id: string) => this.store.delete(id);
}
