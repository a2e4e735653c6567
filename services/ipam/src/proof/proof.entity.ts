import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** The newest report of a node about a component of a port. */
@Entity('proof')
export class ProofEntity {
  @ForeignKey('port', { name: 'proof_port_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  port_id!: string;
  @PrimaryColumn('text')
  host!: string;
  @PrimaryColumn('text')
  component!: string;
  @Column('bigint')
  generation!: number;
  @Column('text')
  state!: string;
  @Column('text', { nullable: true })
  reason!: string | null;
  @Column('text', { nullable: true })
  detail!: string | null;
  /** When the state began. */
  @Column('timestamptz', { default: () => 'now()' })
  since!: Date;
}
