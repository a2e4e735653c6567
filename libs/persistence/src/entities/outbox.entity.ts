import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Messages that leave after the commit of the transaction which wrote them. */
@Entity('outbox')
export class OutboxEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;
  @Column('text')
  subject!: string;
  @Column('text')
  payload!: string;
  /** W3C traceparent. */
  @Column('text', { nullable: true })
  trace!: string | null;
}
