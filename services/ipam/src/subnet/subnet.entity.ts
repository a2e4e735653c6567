import { Check, Column, Entity, Exclusion, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A subnet; no two of a network, and no two of a subnet pool, overlap. */
@Entity('subnet')
@Check('subnet_ip_version_check', '((ip_version = ANY (ARRAY[4, 6])))')
@Exclusion('subnet_overlap', 'USING gist (network_id WITH =, cidr inet_ops WITH &&)')
@Exclusion(
  'subnet_pool_overlap',
  'USING gist (subnetpool_id WITH =, cidr inet_ops WITH &&) WHERE ((subnetpool_id IS NOT NULL))',
)
@Index('subnet_pool_user', ['subnetpool_id', 'project_id'], { where: '(subnetpool_id IS NOT NULL)' })
@Index('subnet_project', ['project_id', 'id'])
export class SubnetEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @ForeignKey('network', { name: 'subnet_network_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid')
  network_id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  @Column('smallint')
  ip_version!: 4 | 6;
  @Column('cidr')
  cidr!: string;
  @Column('text', { nullable: true })
  gateway_ip!: string | null;
  @Column('boolean')
  enable_dhcp!: boolean;
  @Column('jsonb')
  allocation_pools!: readonly { start: string; end: string }[];
  @Column('jsonb')
  dns_nameservers!: readonly string[];
  @Column('jsonb')
  host_routes!: readonly { destination: string; nexthop: string }[];
  @Column('text', { nullable: true })
  ipv6_ra_mode!: string | null;
  @Column('text', { nullable: true })
  ipv6_address_mode!: string | null;
  /** Null: on every segment of the network. */
  @ForeignKey('segment', { name: 'subnet_segment_id_fkey' })
  @Column('uuid', { nullable: true })
  segment_id!: string | null;
  @Column('text', { array: true, default: () => "'{}'" })
  tags!: string[];
  @Column('integer', { default: 0 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
  /** Device owners that may use it; empty: all. */
  @Column('text', { array: true, default: () => "'{}'" })
  service_types!: readonly string[];
  @Column('boolean', { default: false })
  dns_publish_fixed_ip!: boolean;
  @ForeignKey('subnet_pool', { name: 'subnet_subnetpool_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid', { nullable: true })
  subnetpool_id!: string | null;
}
