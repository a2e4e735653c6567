import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Free numbers of a pool (addresses of a subnet, ids of a segment range) as ranges. */
@Entity('free_range')
@Check('free_range_check', '((first <= last))')
export class FreeRangeEntity {
  @PrimaryColumn('uuid')
  pool!: string;
  /** Decimal. */
  @Column('numeric', { precision: 39, scale: 0 })
  first!: string;
  /** Decimal. */
  @PrimaryColumn('numeric', { precision: 39, scale: 0 })
  last!: string;
}
