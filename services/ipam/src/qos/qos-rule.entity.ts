import { Column, Entity, ForeignKey, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A rule of a QoS policy. */
@Entity('qos_rule')
@Unique('qos_rule_once', ['policy_id', 'type', 'direction'])
export class QosRuleEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
  @ForeignKey('qos_policy', { name: 'qos_rule_policy_id_fkey', onDelete: 'CASCADE' })
  @Column('uuid')
  policy_id!: string;
  @Column('text')
  type!: string;
  /** Empty for types without a direction. */
  @Column('text')
  direction!: string;
  /** kbit/s, thousands of packets per second, or a DSCP, by type. */
  @Column('integer')
  amount!: number;
  @Column('integer', { default: 0 })
  burst!: number;
}
