import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A group of policy targets. */
@Entity('policy_target_group')
@Index('policy_target_group_project', ['project_id'])
export class PolicyTargetGroupEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  @Column('boolean')
  shared!: boolean;
  @Column('boolean')
  service_management!: boolean;
  @Column('uuid', { array: true })
  subnets!: readonly string[];
}
