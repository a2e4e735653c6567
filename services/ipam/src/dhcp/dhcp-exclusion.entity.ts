import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A node that an operator has removed from a network's DHCP. */
@Entity('dhcp_exclusion')
export class DhcpExclusionEntity {
  @ForeignKey('network', { name: 'dhcp_exclusion_network_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  network_id!: string;
  @PrimaryColumn('text')
  host!: string;
}
