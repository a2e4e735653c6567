import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A node as its last heartbeat described it. */
@Entity('node')
export class NodeEntity {
  @PrimaryColumn('text')
  host!: string;
  @Column('text')
  version!: string;
  @Column('text', { nullable: true })
  tunnel_ip!: string | null;
  @Column('jsonb')
  bridge_mappings!: Record<string, string>;
  @Column('text', { array: true })
  roles!: string[];
  @Column('text')
  availability_zone!: string;
  @Column('boolean')
  in_sync!: boolean;
  @Column('jsonb')
  counts!: Record<string, number>;
  @Column('timestamptz')
  started_at!: Date;
  @Column('timestamptz')
  heartbeat_at!: Date;
  /** Of the fact that other nodes get. */
  @Column('bigint', { default: () => "nextval('generation')" })
  generation!: number;
  @Column('jsonb', { default: () => "'{}'" })
  capabilities!: Record<string, string | boolean | null>;
}
