import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A sampled dropped packet of a port. */
@Entity('drop_sample')
@Index('drop_sample_port', ['port_id', 'id'])
export class DropSampleEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;
  @ForeignKey('port', { name: 'drop_sample_port_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  port_id!: string;
  @Column('jsonb')
  sample!: Record<string, string | number>;
}
