import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('project')
export class Project {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'domain_id' }) domainId!: string;
  @Column('text') name!: string;
  @Column('text', { default: '' }) description!: string;
  @Column('boolean', { default: true }) enabled!: boolean;
}
