import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A role of a user on a project, on a domain, or, with neither, on the system. */
@Entity('assignment')
export class Assignment {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id!: number;
  @Column('text', { name: 'user_id' }) userId!: string;
  @Column('text', { name: 'role_id' }) roleId!: string;
  @Column('text', { name: 'project_id', nullable: true }) projectId!: string | null;
  @Column('text', { name: 'domain_id', nullable: true }) domainId!: string | null;
}
