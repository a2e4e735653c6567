import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A rule that new groups begin with. */
@Entity('rule_template')
@Check('rule_template_check', '((num_nonnulls(remote_ip_prefix, remote_group_id, remote_address_group_id) <= 1))')
@Check('rule_template_check1', '(((protocol IS NULL) = (protocol_number IS NULL)))')
@Check('rule_template_check2', '(((remote_ip_prefix IS NULL) = (normalized_cidr IS NULL)))')
@Check(
  'rule_template_check3',
  '(((NOT remote_parent) OR (num_nonnulls(remote_ip_prefix, remote_group_id, remote_address_group_id) = 0)))',
)
@Check('rule_template_direction_check', "((direction = ANY (ARRAY['ingress'::text, 'egress'::text])))")
@Check('rule_template_ethertype_check', "((ethertype = ANY (ARRAY['IPv4'::text, 'IPv6'::text])))")
@Index('rule_template_once', { synchronize: false })
export class RuleTemplateEntity {
  /** The remote group is the new group itself. */
  @Column('boolean', { default: false })
  remote_parent!: boolean;
  @Column('boolean')
  used_in_default_sg!: boolean;
  @Column('boolean')
  used_in_non_default_sg!: boolean;
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
  @ForeignKey('security_group', { name: 'rule_template_remote_group_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid', { nullable: true })
  remote_group_id!: string | null;
  @ForeignKey('address_group', { name: 'rule_template_remote_address_group_id_fkey', onDelete: 'RESTRICT' })
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
