import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A kernel object that a node found changed and corrected. */
@Entity('drift')
@Unique('drift_once', ['host', 'kind', 'what', 'found_at'])
export class DriftEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
  @Column('text')
  host!: string;
  @Column('text')
  kind!: string;
  @Column('text')
  what!: string;
  @Column('uuid', { nullable: true })
  network_id!: string | null;
  @Column('uuid', { nullable: true })
  port_id!: string | null;
  @Column('timestamptz')
  found_at!: Date;
  @Column('timestamptz', { nullable: true })
  healed_at!: Date | null;
}
