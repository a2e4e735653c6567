import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A local copy of an object of fwaas that a port or a grant refers to. */
@Entity('reference')
@Index('reference_default', ['project_id'], { unique: true, where: '(is_default AND (NOT gone))' })
export class ReferenceEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  type!: string;
  @Column('text')
  project_id!: string;
  @Column('boolean')
  stateful!: boolean;
  @Column('boolean')
  is_default!: boolean;
  /** Deleted by its owner. */
  @Column('boolean', { default: false })
  gone!: boolean;
  @Column('timestamptz', { default: () => 'now()' })
  changed_at!: Date;
}
