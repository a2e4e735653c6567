import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A token revoked before it expires, kept until then. */
@Entity('revocation')
@Index('revocation_expiry', ['expiresAt'])
export class Revocation {
  @PrimaryColumn('text', { name: 'audit_id' }) auditId!: string;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
}
