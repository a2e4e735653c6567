import { Injectable } from '@nestjs/common';
import { Database } from '@weft/persistence';
import type { FindOptionsWhere } from 'typeorm';
import { RevocationNotices } from '../auth/revocation-notices';
import { hashSecret, isSecret } from '../auth/secret';
import { DomainService } from '../domain/domain.service';
import { EntityStore } from '../http/entity-store';
import { notFound, unauthorized } from '../http/identity-error';
import { User } from './user.entity';

/** What may be given of a user; the password is kept as a hash only. */
export type UserInput = Partial<Omit<User, 'id' | 'passwordHash' | 'tokenEpoch'>> & {
  readonly password?: string | null;
};

@Injectable()
export class UserService {
  private readonly store: EntityStore<User>;

  constructor(
    private readonly database: Database,
    private readonly domains: DomainService,
    private readonly notices: RevocationNotices,
  ) {
    this.store = new EntityStore(database, User, 'user');
  }

  list = (where: FindOptionsWhere<User>) => this.store.list(where);
  get = (id: string) => this.store.get(id);

  async create({ password, ...row }: UserInput & { readonly domainId: string }): Promise<User> {
    await this.domains.get(row.domainId);
    return this.store.insert({ ...row, passwordHash: password == null ? null : await hashSecret(password) });
  }

  /** A new password, and being disabled, end every token of the user. */
  async change(id: string, { password, ...changes }: UserInput): Promise<User> {
    const hashed =
      password === undefined ? {} : { passwordHash: password === null ? null : await hashSecret(password) };
    const user = await this.store.change(id, { ...changes, ...hashed });
    if (password !== undefined || changes.enabled === false) await this.endTokens(id);
    return user;
  }

  /** @throws Unauthorized when `original` is not the present password */
  async changePassword(id: string, original: string, password: string): Promise<void> {
    const user = await this.store.find(id);
    if (!(await isSecret(original, user?.passwordHash))) throw unauthorized(user ? 'wrong password' : 'no such user');
    await this.change(id, { password });
  }

  async delete(id: string): Promise<void> {
    await this.store.delete(id);
    this.notices.publish({ userIds: [id] });
  }

  private async endTokens(id: string): Promise<void> {
    const changed = await this.database.query(
      'UPDATE account SET token_epoch = token_epoch + 1 WHERE id = $1 RETURNING id',
      [id],
    );
    if (changed.length === 0) throw notFound('user', id);
    this.notices.publish({ userIds: [id] });
  }
}
