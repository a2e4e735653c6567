import { Check, Column, Entity, Exclusion, PrimaryGeneratedColumn } from 'typeorm';

/** Segment ids for allocation; what is free of a range is a pool of the allocator with the same id. */
@Entity('segment_range')
@Check('segment_range_check', '((minimum <= maximum))')
@Check('segment_range_check1', '((shared = (project_id IS NULL)))')
@Check('segment_range_check2', "(((network_type = 'vlan'::text) = (physical_network IS NOT NULL)))")
@Check('segment_range_minimum_check', '((minimum > 0))')
@Check('segment_range_network_type_check', "((network_type = ANY (ARRAY['vxlan'::text, 'vlan'::text])))")
@Exclusion(
  'segment_range_overlap',
  "USING gist (network_type WITH =, COALESCE(physical_network, ''::text) WITH =, ((shared)::integer) WITH =, int4range(minimum, maximum, '[]'::text) WITH &&)",
)
export class SegmentRangeEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
  @Column('text')
  name!: string;
  @Column('text', { default: '' })
  description!: string;
  /** From the configuration, and updated with it. */
  @Column('boolean')
  is_default!: boolean;
  @Column('boolean')
  shared!: boolean;
  @Column('text', { nullable: true })
  project_id!: string | null;
  @Column('text')
  network_type!: string;
  @Column('text', { nullable: true })
  physical_network!: string | null;
  @Column('integer')
  minimum!: number;
  @Column('integer')
  maximum!: number;
  @Column('text', { array: true, default: () => "'{}'" })
  tags!: string[];
  @Column('integer', { default: 0 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
}
