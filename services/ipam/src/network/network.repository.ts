import { Injectable } from '@nestjs/common';
import type { NetworkFact } from '@weft/contracts';
import { statement, type Statement, type Tx } from '@weft/persistence';
import { publishChange } from '@weft/service-kit';
import { isOpen } from '../sharing/sharing';
import { IpamSettings } from '../ipam.settings';
import { NetworkFacts } from './network.facts';
import type { NetworkEntity } from './network.entity';

/** A network as the rules see it. */
export type NetworkRow = Readonly<Omit<NetworkEntity, 'generation' | 'created_at' | 'updated_at'>> & {
  /** With the project for which it was read. */
  readonly shared: boolean;
  /** For the project for which it was read. */
  readonly external: boolean;
};

export type NewNetwork = Pick<
  NetworkRow,
  | 'id'
  | 'project_id'
  | 'name'
  | 'description'
  | 'admin_state_up'
  | 'mtu'
  | 'dns_domain'
  | 'availability_zone_hints'
  | 'qos_policy_id'
  | 'port_security'
>;

const byId = (lock: string) => `
  SELECT n.id, n.project_id, n.name, n.description, n.admin_state_up, n.mtu, n.dns_domain, n.availability_zone_hints, n.qos_policy_id, n.port_security, n.tags, n.revision_number,
         ${isOpen('access_as_shared', 'n.id', '$2')} AS shared, ${isOpen('access_as_external', 'n.id', '$2')} AS external
  FROM network n WHERE n.id = $1 FOR ${lock} OF n`;

const lockForUse = statement('network-use', byId('KEY SHARE'));
const lockForChange = statement('network-change', byId('UPDATE'));
const openings = statement(
  'network-openings',
  `SELECT ${isOpen('access_as_shared', '$1', '$2')} AS shared, ${isOpen('access_as_external', '$1', '$2')} AS external`,
);
const insert = statement(
  'network-insert',
  `INSERT INTO network (id, project_id, name, description, admin_state_up, mtu, dns_domain, availability_zone_hints,
     qos_policy_id, port_security) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);
@Injectable()
export class NetworkRepository {
  readonly facts: NetworkFacts;

  constructor({ dnsDomain }: IpamSettings) {
    this.facts = new NetworkFacts(dnsDomain);
  }

  /**
   * Keeps the network and its set of subnets as they are until the transaction ends; others may use it, too.
   * @param project for whom `shared` and `external` are told; null: nobody in particular
   */
  async lockForUse(tx: Tx, id: string, project: string | null = null): Promise<NetworkRow | null> {
    return this.locked(tx, lockForUse, id, project);
  }

  /** Waits until nobody uses the network, and keeps everybody off it. */
  async lockForChange(tx: Tx, id: string, project: string | null = null): Promise<NetworkRow | null> {
    return this.locked(tx, lockForChange, id, project);
  }

  private async locked(tx: Tx, lock: Statement, id: string, project: string | null): Promise<NetworkRow | null> {
    const [row] = await tx.query<NetworkRow & Record<string, unknown>>(lock, [id, project]);
    if (!row || row.project_id === project) return row ?? null;
    // The statement saw the grants as they were before it waited for the lock: for who needs one, they are read again.
    const [open] = await tx.query<{ shared: boolean; external: boolean }>(openings, [id, project]);
    return { ...row, ...open };
  }

  async insert(tx: Tx, network: NewNetwork): Promise<void> {
    const { id, project_id, name, description, admin_state_up, mtu, dns_domain, availability_zone_hints } = network;
    const { qos_policy_id, port_security } = network;
    await tx.query(insert, [
      ...[id, project_id, name, description, admin_state_up, mtu, dns_domain, availability_zone_hints, qos_policy_id],
      port_security,
    ]);
    tx.count('network', project_id, 1);
  }

  async update(
    tx: Tx,
    { id, name, description, admin_state_up, mtu, dns_domain, qos_policy_id, port_security }: NetworkRow,
  ): Promise<void> {
    await tx.query(
      `UPDATE network SET name = $2, description = $3, admin_state_up = $4, mtu = $5, dns_domain = $6, qos_policy_id = $7, port_security = $8,
         generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now() WHERE id = $1`,
      [id, name, description, admin_state_up, mtu, dns_domain, qos_policy_id, port_security],
    );
  }

  /** The subnets or segments of the network have changed: a later generation, a later revision. */
  async touch(tx: Tx, id: string): Promise<void> {
    await tx.query(
      `UPDATE network SET generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now()
       WHERE id = $1`,
      [id],
    );
  }

  async delete(tx: Tx, { id, project_id }: NetworkRow): Promise<void> {
    await tx.query('DELETE FROM network WHERE id = $1', [id]);
    tx.count('network', project_id, -1);
  }

  /** Publishes the network with its subnets as its rows are now, its own being locked. @returns what was published */
  async publish(tx: Tx, id: string): Promise<NetworkFact> {
    const row = (await this.facts.read(tx, id))!;
    publishChange(tx, this.facts, null, row, row.generation);
    return row.value;
  }
}
