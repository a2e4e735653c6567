import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A rule of a security group; duplicates are excluded by a unique index. */
@Entity('security_group_rule')
@Check('security_group_rule_check', '((num_nonnulls(remote_ip_prefix, remote_group_id, remote_address_group_id) <= 1))')
@Check('security_group_rule_check1', '(((protocol IS NULL) = (protocol_number IS NULL)))')
@Check('security_group_rule_check2', '(((remote_ip_prefix IS NULL) = (normalized_cidr IS NULL)))')
@Check('security_group_rule_direction_check', "((direction = ANY (ARRAY['ingress'::text, 'egress'::text])))")
@Check('security_group_rule_ethertype_check', "((ethertype = ANY (ARRAY['IPv4'::text, 'IPv6'::text])))")
@Index('security_group_rule_addresses', ['remote_address_group_id'], { where: '(remote_address_group_id IS NOT NULL)' })
@Index('security_group_rule_once', { synchronize: false })
@Index('security_group_rule_remote', ['remote_group_id'], { where: '(remote_group_id IS NOT NULL)' })
export class SecurityGroupRuleEntity {
  @ForeignKey('security_group', { name: 'security_group_rule_group_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  group_id!: string;
  @Column('text')
  project_id!: string;
  @PrimaryGeneratedColumn('uuid')
  id!: string;
  @Column('text')
  direction!: string;
  @Column('text')
  ethertype!: string;
  /** As the client named it; null: any. */
  @Column('text', { nullable: true })
  protocol!: string | null;
  @Column('smallint', { nullable: true })
  protocol_number!: number | null;
  /** Port, or ICMP type. */
  @Column('integer', { nullable: true })
  port_range_min!: number | null;
  /** Port, or ICMP code. */
  @Column('integer', { nullable: true })
  port_range_max!: number | null;
  @Column('text', { nullable: true })
  remote_ip_prefix!: string | null;
  /** The prefix without host bits. */
  @Column('text', { nullable: true })
  normalized_cidr!: string | null;
  @ForeignKey('security_group', { name: 'security_group_rule_remote_group_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { nullable: true })
  remote_group_id!: string | null;
  @ForeignKey('address_group', { name: 'security_group_rule_remote_address_group_id_fkey', onDelete: 'RESTRICT' })
  @Column('uuid', { nullable: true })
  remote_address_group_id!: string | null;
  @Column('text', { default: '' })
  description!: string;
  @Column('integer', { default: 0 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
}
