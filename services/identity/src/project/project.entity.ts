import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

@Entity('project')
@Unique('project_name', ['domainId', 'name'])
export class Project {
  @PrimaryColumn('text') id!: string;
  @ForeignKey('domain', { name: 'project_domain_id_fkey', onDelete: 'CASCADE' })
  @Column('text', { name: 'domain_id' })
  domainId!: string;
  @Column('text') name!: string;
  @Column('text', { default: '' }) description!: string;
  @Column('boolean', { default: true }) enabled!: boolean;
}
