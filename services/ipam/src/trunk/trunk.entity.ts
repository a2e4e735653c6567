import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** A trunk; its parent port is part of one trunk only. */
@Entity('trunk')
@Index('trunk_project', ['project_id', 'id'])
@Unique('trunk_parent', ['port_id'])
export class TrunkEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  @Column('boolean')
  admin_state_up!: boolean;
  @ForeignKey('port', { name: 'trunk_port_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid')
  port_id!: string;
  @Column('text', { array: true, default: () => "'{}'" })
  tags!: string[];
  @Column('integer', { default: 0 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
}
