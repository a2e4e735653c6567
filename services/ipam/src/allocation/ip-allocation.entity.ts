import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** The proof that no address of a subnet is used twice. */
@Entity('ip_allocation')
@Index('ip_allocation_port', ['port_id'])
export class IpAllocationEntity {
  @ForeignKey('subnet', { name: 'ip_allocation_subnet_id_fkey', onDelete: 'RESTRICT' })
  @PrimaryColumn('uuid')
  subnet_id!: string;
  /** The address as a number, in decimal. */
  @PrimaryColumn('numeric', { precision: 39, scale: 0 })
  ip!: string;
  @ForeignKey('port', { name: 'ip_allocation_port_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  port_id!: string;
}
