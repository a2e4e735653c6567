import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A secret by which a program acts for a user in one project, with some of his roles. */
@Entity('application_credential')
export class ApplicationCredential {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'user_id' }) userId!: string;
  @Column('text', { name: 'project_id' }) projectId!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('text', { name: 'secret_hash' }) secretHash!: string;
  @Column('text', { name: 'role_ids', array: true }) roleIds!: string[];
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  /** May make and delete other credentials. */
  @Column('boolean') unrestricted!: boolean;
}
