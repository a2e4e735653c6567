import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** Hosts that a port is prepared for; the active binding is in the port's row. */
@Entity('port_binding')
export class PortBindingEntity {
  @ForeignKey('port', { name: 'port_binding_port_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  port_id!: string;
  @PrimaryColumn('text')
  host!: string;
  @Column('text')
  vnic_type!: string;
  @Column('jsonb')
  profile!: Record<string, unknown>;
}
