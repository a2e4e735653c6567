import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

/** A role of a node, as `/v2.0/agents` shows it. */
@Entity('agent')
@Unique('agent_host_role_key', ['host', 'role'])
export class AgentEntity {
  @PrimaryColumn('uuid')
  id!: string;
  @ForeignKey('node', { name: 'agent_host_fkey', onDelete: 'CASCADE' })
  @Column('text')
  host!: string;
  @Column('text')
  role!: string;
  @Column('boolean', { default: true })
  admin_state_up!: boolean;
  @Column('text', { nullable: true })
  description!: string | null;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
}
