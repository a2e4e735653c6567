import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that signs tokens. */
@Entity('signing_key')
export class SigningKey {
  @PrimaryColumn('integer') id!: number;
  @Column('bytea') secret!: Buffer;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}
