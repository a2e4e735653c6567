import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A role of a user on a project, on a domain, or, with neither, on the system. */
@Entity('assignment')
@Check('assignment_check', 'num_nonnulls(project_id, domain_id) <= 1')
@Index('assignment_project', ['projectId'])
// NULLS NOT DISTINCT, which TypeORM cannot express.
@Unique('assignment_once', ['userId', 'roleId', 'projectId', 'domainId'])
export class Assignment {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: number;
  @ForeignKey('account', { name: 'assignment_user_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'user_id' })
  userId!: string;
  @ForeignKey('role', { name: 'assignment_role_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'role_id' })
  roleId!: string;
  @ForeignKey('project', { name: 'assignment_project_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'project_id', nullable: true })
  projectId!: string | null;
  @ForeignKey('domain', { name: 'assignment_domain_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'domain_id', nullable: true })
  domainId!: string | null;
}
