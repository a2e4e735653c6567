import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A pool of prefixes for subnets. */
@Entity('subnet_pool')
@Check('subnet_pool_check', '(((min_prefixlen <= default_prefixlen) AND (default_prefixlen <= max_prefixlen)))')
@Check('subnet_pool_ip_version_check', '((ip_version = ANY (ARRAY[4, 6])))')
@Index('subnet_pool_default', ['ip_version'], { unique: true, where: 'is_default' })
@Index('subnet_pool_project', ['project_id', 'id'])
@Index('subnet_pool_scope', ['address_scope_id'], { where: '(address_scope_id IS NOT NULL)' })
export class SubnetPoolEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  @Column('smallint')
  ip_version!: 4 | 6;
  /** The fewest that cover its addresses, ascending. */
  @Column('text', { array: true })
  prefixes!: string[];
  @Column('smallint')
  min_prefixlen!: number;
  @Column('smallint')
  max_prefixlen!: number;
  @Column('smallint')
  default_prefixlen!: number;
  /** Largest allocation of a project: addresses of IPv4, /64s of IPv6. */
  @Column('bigint', { nullable: true })
  default_quota!: number | null;
  /** For subnets that ask for the default pool. */
  @Column('boolean')
  is_default!: boolean;
  @ForeignKey('address_scope', { name: 'subnet_pool_address_scope_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid', { nullable: true })
  address_scope_id!: string | null;
  @Column('text', { array: true, default: () => "'{}'" })
  tags!: string[];
  @Column('integer', { default: 0 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
}
