import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An address group. */
@Entity('address_group')
@Check('address_group_check', '((num_nonnulls(intent, intent_mark, intent_at) = ANY (ARRAY[0, 3])))')
@Check('address_group_intent_check', "((intent = ANY (ARRAY['gone'::text, 'stateful'::text, 'stateless'::text])))")
@Index('address_group_intent', ['intent_at'], { where: '(intent IS NOT NULL)' })
@Index('address_group_project', ['project_id', 'id'])
export class AddressGroupEntity {
  @PrimaryGeneratedColumn('uuid')
  id!: string;
  @Column('text')
  project_id!: string;
  @Column('text')
  name!: string;
  @Column('text')
  description!: string;
  /** CIDRs without host bits, each once. */
  @Column('text', { array: true })
  addresses!: string[];
  @Column('bigint', { default: () => "nextval('generation')" })
  generation!: number;
  @Column('integer', { default: 1 })
  revision_number!: number;
  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;
  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;
  /** It has been looked up, so ipam may hold references to it. */
  @Column('boolean', { default: false })
  named!: boolean;
  /** A pending change that needs ipam's approval; no new lookups until it is settled. */
  @Column('text', { nullable: true })
  intent!: string | null;
  @Column('uuid', { nullable: true })
  intent_mark!: string | null;
  @Column('timestamptz', { nullable: true })
  intent_at!: Date | null;
}
