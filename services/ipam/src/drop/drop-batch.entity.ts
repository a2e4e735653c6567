import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The last batch of a host, which it repeats until it is acknowledged. */
@Entity('drop_batch')
export class DropBatchEntity {
  @PrimaryColumn('text')
  host!: string;
  @Column('text')
  batch!: string;
}
