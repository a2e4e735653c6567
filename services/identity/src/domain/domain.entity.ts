import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

@Entity('domain')
@Unique('domain_name', ['name'])
export class Domain {
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  @Column('text', { default: '' }) description!: string;
  @Column('boolean', { default: true }) enabled!: boolean;
}
