import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Objects of a resource that a project has. */
@Entity('quota_usage')
export class QuotaUsageEntity {
  @PrimaryColumn('text')
  project_id!: string;
  @PrimaryColumn('text')
  resource!: string;
  @Column('integer')
  used!: number;
}
