import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

/** A VLAN of a trunk. */
@Entity('subport')
@Check('subport_segmentation_id_check', '(((segmentation_id >= 1) AND (segmentation_id <= 4094)))')
@Unique('subport_vlan', ['trunk_id', 'segmentation_type', 'segmentation_id'])
export class SubportEntity {
  @ForeignKey('port', { name: 'subport_port_id_fkey', onDelete: 'RESTRICT' })
  @PrimaryColumn('uuid')
  port_id!: string;
  @ForeignKey('trunk', { name: 'subport_trunk_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  trunk_id!: string;
  @Column('text')
  segmentation_type!: string;
  @Column('integer')
  segmentation_id!: number;
}
