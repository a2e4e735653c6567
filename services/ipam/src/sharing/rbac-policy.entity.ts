import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** What an owner lets another project, or all of them (`*`), do with an object. */
@Entity('rbac_policy')
@Index('rbac_policy_target', ['target_project', 'object_type', 'action', 'object_id'])
@Unique('rbac_policy_once', ['object_id', 'action', 'target_project'])
export class RbacPolicyEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  object_type!: string;
  @Column('uuid')
  object_id!: string;
  @Column('text')
  action!: string;
  @Column('text')
  target_project!: string;
}
