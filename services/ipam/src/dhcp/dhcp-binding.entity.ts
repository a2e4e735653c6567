import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A node that serves DHCP for a network, through a port of its own. */
@Entity('dhcp_binding')
@Index('dhcp_binding_host', ['host'])
@Index('dhcp_binding_port', ['port_id'], { unique: true })
export class DhcpBindingEntity {
  @ForeignKey('network', { name: 'dhcp_binding_network_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  network_id!: string;
  @PrimaryColumn('text')
  host!: string;
  @ForeignKey('port', { name: 'dhcp_binding_port_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  port_id!: string;
  @Column('bigint', { default: () => "nextval('generation')" })
  generation!: number;
}
