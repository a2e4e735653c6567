import { Column, Entity, PrimaryColumn } from 'typeorm';

/** In the table `account`: `user` is a word of SQL. */
@Entity('account')
export class User {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'domain_id' }) domainId!: string;
  @Column('text') name!: string;
  @Column('boolean', { default: true }) enabled!: boolean;
  @Column('text', { nullable: true }) email!: string | null;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('text', { name: 'default_project_id', nullable: true }) defaultProjectId!: string | null;
  /** Null: cannot log in by password. */
  @Column('text', { name: 'password_hash', nullable: true }) passwordHash!: string | null;
  @Column('integer', { name: 'token_epoch', default: 0 }) tokenEpoch!: number;
}
