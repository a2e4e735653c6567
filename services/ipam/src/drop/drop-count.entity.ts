import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** Dropped packets of a port by reason. */
@Entity('drop_count')
export class DropCountEntity {
  @ForeignKey('port', { name: 'drop_count_port_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  port_id!: string;
  @PrimaryColumn('text')
  reason!: string;
  @Column('bigint')
  packets!: number;
  @Column('timestamptz')
  last_at!: Date;
}
