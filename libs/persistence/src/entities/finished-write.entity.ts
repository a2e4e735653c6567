import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The outcome of a write by its idempotency key, so that a repeated request is answered and not executed again. */
@Entity('finished_write')
@Index('finished_write_age', ['finished_at'])
export class FinishedWriteEntity {
  @PrimaryColumn('text')
  project!: string;
  @PrimaryColumn('text')
  key!: string;
  @Column('text')
  operation!: string;
  /** Ids of the objects written, in order. */
  @Column('text', { array: true })
  ids!: string[];
  @Column('timestamptz', { default: () => 'now()' })
  finished_at!: Date;
}
