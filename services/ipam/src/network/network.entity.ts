import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A network; its segments, subnets and ports refer to it. */
@Entity('network')
@Check('network_mtu_check', '((mtu > 0))')
@Index('network_name', ['name', 'id'])
@Index('network_project', ['project_id', 'id'])
@Index('network_qos', ['qos_policy_id'], { where: '(qos_policy_id IS NOT NULL)' })
export class NetworkEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  @Column('boolean')
  admin_state_up!: boolean;
  @Column('integer')
  mtu!: number;
  @Column('text', { array: true, default: () => "'{}'" })
  tags!: string[];
  /** Of the fact that nodes get. */
  @Column('bigint', { default: () => "nextval('generation')" })
  generation!: number;
  @Column('integer', { default: 1 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
  @Column('text', { default: '' })
  dns_domain!: string;
  @Column('text', { array: true, default: () => "'{}'" })
  availability_zone_hints!: readonly string[];
  /** Default of its ports. */
  @ForeignKey('qos_policy', { name: 'network_qos_policy_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid', { nullable: true })
  qos_policy_id!: string | null;
  /** Default of its ports. */
  @Column('boolean', { default: true })
  port_security!: boolean;
}
