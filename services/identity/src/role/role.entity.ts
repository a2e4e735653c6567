import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

@Entity('role')
@Unique('role_name', ['name'])
export class Role {
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) description!: string | null;
}

/** A user with the role `prior` also has `implied`. */
@Entity('role_implication')
@Check('role_implication_check', 'prior_id <> implied_id')
export class RoleImplication {
  @ForeignKey('role', { name: 'role_implication_prior_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('text', { name: 'prior_id' })
  priorId!: string;
  @ForeignKey('role', { name: 'role_implication_implied_id_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn('text', { name: 'implied_id' })
  impliedId!: string;
}
