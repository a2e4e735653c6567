import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

/** In the table `account`: `user` is a reserved word of SQL. */
@Entity('account')
@Unique('user_name', ['domainId', 'name'])
export class User {
  @PrimaryColumn('text') id!: string;
  @ForeignKey('domain', { name: 'account_domain_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'domain_id' })
  domainId!: string;
  @Column('text') name!: string;
  @Column('boolean', { default: true }) enabled!: boolean;
  @Column('text', { nullable: true }) email!: string | null;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('text', { name: 'default_project_id', nullable: true }) defaultProjectId!: string | null;
  /** Null: no password log-in. */
  @Column('text', { name: 'password_hash', nullable: true }) passwordHash!: string | null;
  /** Incremented to revoke every token of the user: a token carries the epoch in which it was issued. */
  @Column('integer', { name: 'token_epoch', default: 0 }) tokenEpoch!: number;
}
