import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('domain')
export class Domain {
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  @Column('text', { default: '' }) description!: string;
  @Column('boolean', { default: true }) enabled!: boolean;
}
