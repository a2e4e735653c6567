import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A segment of a network; the id is unique per type and physical network. */
@Entity('segment')
@Check('segment_check', "(((network_type = ANY (ARRAY['vxlan'::text, 'vlan'::text])) = (segmentation_id IS NOT NULL)))")
@Check(
  'segment_check1',
  "(((network_type = ANY (ARRAY['flat'::text, 'vlan'::text])) = (physical_network IS NOT NULL)))",
)
@Check(
  'segment_network_type_check',
  "((network_type = ANY (ARRAY['vxlan'::text, 'vlan'::text, 'flat'::text, 'local'::text])))",
)
@Index('segment_flat', ['physical_network'], { unique: true, where: "(network_type = 'flat'::text)" })
@Index('segment_network', ['network_id'])
@Index('segment_vlan', ['physical_network', 'segmentation_id'], {
  unique: true,
  where: "(network_type = 'vlan'::text)",
})
@Index('segment_vxlan', ['segmentation_id'], { unique: true, where: "(network_type = 'vxlan'::text)" })
export class SegmentEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @ForeignKey('network', { name: 'segment_network_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  network_id!: string;
  @Column('text')
  network_type!: string;
  @Column('text', { nullable: true })
  physical_network!: string | null;
  /** VNI or VLAN id. */
  @Column('integer', { nullable: true })
  segmentation_id!: number | null;
  @Column('text', { nullable: true })
  name!: string | null;
  @Column('text', { default: '' })
  description!: string;
  @Column('integer', { default: 1 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
  /** Order of preference; the first is 0. */
  @Column('integer', { default: 0 })
  segment_index!: number;
}
