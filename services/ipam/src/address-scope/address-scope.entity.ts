import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An address scope: pools in it do not overlap. */
@Entity('address_scope')
@Check('address_scope_ip_version_check', '((ip_version = ANY (ARRAY[4, 6])))')
@Index('address_scope_project', ['project_id', 'id'])
export class AddressScopeEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('smallint')
  ip_version!: 4 | 6;
}
