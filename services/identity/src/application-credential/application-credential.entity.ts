import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

/** A secret with which a program acts for a user in one project, with some of the user's roles. */
@Entity('application_credential')
@Unique('application_credential_name', ['userId', 'name'])
export class ApplicationCredential {
  @PrimaryColumn('text') id!: string;
  @ForeignKey('account', { name: 'application_credential_user_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'user_id' })
  userId!: string;
  @ForeignKey('project', { name: 'application_credential_project_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'project_id' })
  projectId!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('text', { name: 'secret_hash' }) secretHash!: string;
  @Column('text', { name: 'role_ids', array: true }) roleIds!: string[];
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  /** May make and delete other credentials. */
  @Column('boolean') unrestricted!: boolean;
}
