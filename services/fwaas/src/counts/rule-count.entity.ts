import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** Packets and bytes that a rule has let pass on a host. */
@Entity('rule_count')
export class RuleCountEntity {
  @ForeignKey('security_group_rule', { name: 'rule_count_rule_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  rule_id!: string;
  @PrimaryColumn('text')
  host!: string;
  @Column('bigint')
  packets!: number;
  @Column('bigint')
  bytes!: number;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
}
