import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A QoS policy. */
@Entity('qos_policy')
@Index('qos_policy_default', ['project_id'], { unique: true, where: 'is_default' })
@Index('qos_policy_project', ['project_id', 'id'])
export class QosPolicyEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  /** Of its project: networks without a policy get it. */
  @Column('boolean')
  is_default!: boolean;
  @Column('text', { array: true, default: () => "'{}'" })
  tags!: string[];
  @Column('bigint', { default: () => "nextval('generation')" })
  generation!: number;
  @Column('integer', { default: 0 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
}
