import { Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What is free of a subnet pool: the fewest prefixes that cover it. Written only under the pool's lock. */
@Entity('free_prefix')
@Index('free_prefix_fit', { synchronize: false })
export class FreePrefixEntity {
  @ForeignKey('subnet_pool', { name: 'free_prefix_pool_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  pool!: string;
  @PrimaryColumn('cidr')
  prefix!: string;
}
