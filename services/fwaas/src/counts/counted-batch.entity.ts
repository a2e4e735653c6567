import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Batches that were counted, so that a repeated one counts once. */
@Entity('counted_batch')
@Index('counted_batch_age', ['counted_at'])
export class CountedBatchEntity {
  @PrimaryColumn('text')
  host!: string;
  @PrimaryColumn('text')
  batch!: string;
  @Column('timestamptz', { default: () => 'now()' })
  counted_at!: Date;
}
