import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('role')
export class Role {
  @PrimaryColumn('text') id!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) description!: string | null;
}

/** Who has `prior` has `implied`, too. */
@Entity('role_implication')
export class RoleImplication {
  @PrimaryColumn('text', { name: 'prior_id' }) priorId!: string;
  @PrimaryColumn('text', { name: 'implied_id' }) impliedId!: string;
}
