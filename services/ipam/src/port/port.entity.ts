import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** A port with its binding and its wiring. */
@Entity('port')
@Check('port_ip_allocation_check', "((ip_allocation = ANY (ARRAY['immediate'::text, 'deferred'::text, 'none'::text])))")
@Check('port_status_check', "((status = ANY (ARRAY['ACTIVE'::text, 'BUILD'::text, 'DOWN'::text, 'ERROR'::text])))")
@Index('port_device', ['device_id'], { where: "(device_id <> ''::text)" })
@Index('port_host', ['host'], { where: '(host IS NOT NULL)' })
@Index('port_network', ['network_id', 'id'])
@Index('port_project', ['project_id', 'id'])
@Index('port_qos', ['qos_policy_id'], { where: '(qos_policy_id IS NOT NULL)' })
@Index('port_security_group', { synchronize: false })
@Unique('port_mac', ['network_id', 'mac'])
export class PortEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @ForeignKey('network', { name: 'port_network_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid')
  network_id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  @Column('text')
  mac!: string;
  @Column('boolean')
  admin_state_up!: boolean;
  @Column('text')
  device_id!: string;
  @Column('text')
  device_owner!: string;
  /** Computed from proofs, never set by clients. */
  @Column('text', { default: 'DOWN' })
  status!: string;
  /** Null: not bound. */
  @Column('text', { nullable: true })
  host!: string | null;
  @Column('jsonb', { default: () => "'{}'" })
  profile!: Record<string, unknown>;
  @Column('text')
  vnic_type!: string;
  /** As the API shows it; `ip_allocation` holds the same addresses under their constraint. */
  @Column('jsonb')
  fixed_ips!: readonly { subnet_id: string; ip_address: string }[];
  @Column('text', { array: true, default: () => "'{}'" })
  tags!: string[];
  /** Of its wiring: what nodes must prove. */
  @Column('bigint', { default: () => "nextval('generation')" })
  generation!: number;
  /** Of the wiring that was proven when the port was last ACTIVE. */
  @Column('bigint', { default: 0 })
  proven_generation!: number;
  @Column('integer', { default: 1 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
  @Column('text', { default: '' })
  dns_name!: string;
  @Column('text', { default: '' })
  dns_domain!: string;
  @Column('jsonb', { default: () => "'[]'" })
  dhcp_options!: readonly { opt_name: string; opt_value: string; ip_version: 4 | 6 }[];
  @Column('text', { nullable: true })
  data_plane_status!: string | null;
  /** `deferred`: its addresses are allocated once its host, and by it the segment, is known. */
  @Column('text', { default: 'immediate' })
  ip_allocation!: 'immediate' | 'deferred' | 'none';
  @Column('boolean', { default: true })
  propagate_uplink_status!: boolean;
  @Column('text', { nullable: true })
  device_profile!: string | null;
  @Column('text', { nullable: true })
  hardware_offload_type!: string | null;
  @Column('text', { nullable: true })
  numa_affinity_policy!: string | null;
  @Column('boolean', { nullable: true })
  trusted!: boolean | null;
  /** False: Weft created it for itself, e.g. for a DHCP server; not counted in quotas. */
  @Column('boolean', { default: true })
  counted!: boolean;
  @ForeignKey('qos_policy', { name: 'port_qos_policy_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid', { nullable: true })
  qos_policy_id!: string | null;
  /** The network's policy, copied because the node gets the effective one. */
  @Column('uuid', { nullable: true })
  qos_network_policy_id!: string | null;
  /** Of a trunk's subport: its place in the parent. */
  @Column('jsonb', { nullable: true })
  subport!: { readonly parent: string; readonly vlan: number } | null;
  @Column('boolean')
  port_security!: boolean;
  @Column('uuid', { array: true, default: () => "'{}'" })
  security_groups!: readonly string[];
  /** Allowed address pairs set by the user. */
  @Column('jsonb', { default: () => "'[]'" })
  address_pairs!: readonly { mac_address: string | null; ip_address: string }[];
  /** Address pairs that follow from clusters of policy targets. */
  @Column('jsonb', { default: () => "'[]'" })
  cluster_pairs!: readonly { mac_address: string | null; ip_address: string }[];
  /** Its addresses may move between hosts: nodes do not pin them. */
  @Column('boolean', { default: false })
  mobile!: boolean;
}
