import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** A policy target, mapped to a port. */
@Entity('policy_target')
@Index('policy_target_cluster', ['cluster'])
@Index('policy_target_group_id', ['group_id'])
@Index('policy_target_project', ['project_id'])
@Unique('policy_target_port_once', ['port_id'])
export class PolicyTargetEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @ForeignKey('policy_target_group', { name: 'policy_target_group_used' })
  @Column('uuid')
  group_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  /** The target whose addresses it may take over. */
  @ForeignKey('policy_target', { name: 'policy_target_master' })
  @Column('uuid', { nullable: true })
  cluster!: string | null;
  @ForeignKey('port', { name: 'policy_target_port' })
  @Column('uuid')
  port_id!: string;
  /** The port was created for it, and is deleted with it. */
  @Column('boolean')
  own_port!: boolean;
}
