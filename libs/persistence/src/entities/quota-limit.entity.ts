import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Limits set for a project; resources without a row have the default. */
@Entity('quota_limit')
@Check('quota_limit_value_check', "((value >= '-1'::integer))")
export class QuotaLimitEntity {
  @PrimaryColumn('text')
  project_id!: string;
  @PrimaryColumn('text')
  resource!: string;
  /** -1: unlimited. */
  @Column('integer')
  value!: number;
}
