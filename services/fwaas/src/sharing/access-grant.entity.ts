import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Projects that may use an object; a copy of ipam's RBAC policies. */
@Entity('access_grant')
@Check('access_grant_object_type_check', "((object_type = ANY (ARRAY['security_group'::text, 'address_group'::text])))")
@Index('access_grant_target', { synchronize: false })
export class AccessGrantEntity {
  @PrimaryColumn('uuid')
  object_id!: string;
  @Column('text')
  object_type!: string;
  /** Projects, or `*`. */
  @Column('text', { array: true })
  targets!: string[];
  @Column('bigint')
  generation!: number;
}
