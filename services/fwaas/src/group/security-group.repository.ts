import { Injectable } from '@nestjs/common';
import { RetryTransaction, statement, type Tx } from '@weft/persistence';
import { publishChange, publishCurrent } from '@weft/service-kit';
import { type GroupRow, lockOf } from '../references/group-row';
import type { Intent, ReferencedType } from '../references/referenced-type';
import { deleteGrants } from '../sharing/rbac-grant-copy';
import { type GroupState, securityGroupFacts, withRules } from './security-group.facts';

export interface SecurityGroupRow extends GroupRow {
  readonly tags: string[];
}

const columns = 'id, project_id, stateful, is_default, named, intent_mark';
const touch = statement(
  'group-touch',
  `UPDATE security_group SET generation = nextval('generation'), revision_number = revision_number + 1, updated_at = now()
   WHERE id = $1 RETURNING generation, stateful`,
);
const instantiate = statement(
  'group-templates',
  `INSERT INTO security_group_rule (group_id, project_id, direction, ethertype, protocol, protocol_number, port_range_min,
     port_range_max, remote_ip_prefix, normalized_cidr, remote_group_id, remote_address_group_id, description)
   SELECT g.id, g.project_id, t.direction, t.ethertype, t.protocol, t.protocol_number, t.port_range_min, t.port_range_max,
     t.remote_ip_prefix, t.normalized_cidr, CASE WHEN t.remote_parent THEN g.id ELSE t.remote_group_id END,
     t.remote_address_group_id, t.description
   FROM security_group g, rule_template t
   WHERE g.id = $1 AND CASE WHEN g.is_default THEN t.used_in_default_sg ELSE t.used_in_non_default_sg END
   ON CONFLICT DO NOTHING RETURNING id`,
);
// Groups with a rule that names this one lose the rule with it; and the group itself.
const concerned = statement(
  'group-concerned',
  `SELECT g.id FROM security_group g WHERE g.id = $1
     OR g.id IN (SELECT r.group_id FROM security_group_rule r WHERE r.remote_group_id = $1) ORDER BY g.id FOR UPDATE`,
);
const lostRules = statement(
  'group-lost-rules',
  `DELETE FROM security_group_rule WHERE group_id = $1 OR remote_group_id = $1 RETURNING group_id, project_id`,
);

/** Security groups and their rules as one: the fact of a group contains its rules. */
@Injectable()
export class SecurityGroupRepository implements ReferencedType {
  readonly type = 'security_group';
  readonly table = 'security_group';
  readonly columns = columns;
  readonly lock = lockOf<SecurityGroupRow>('security_group', `${columns}, tags`);

  /** Gives a new group the rules that such groups begin with, and publishes it. @returns how many */
  async begin(tx: Tx, id: string): Promise<number> {
    const made = await tx.query(instantiate, [id]);
    await publishCurrent(tx, securityGroupFacts, { kind: 'security-group', group: id });
    return made.length;
  }

  /** Its rules have changed, or what they mean: a later generation, a later revision, and the fact is published. */
  async touch(tx: Tx, id: string): Promise<void> {
    const [state] = await tx.query<GroupState>(touch, [id]);
    const row = await withRules(tx, id, state!);
    publishChange(tx, securityGroupFacts, null, row, row.generation);
  }

  /** With its rules, and those of other groups that name it. */
  async remove(tx: Tx, id: string): Promise<void> {
    const locked = (await tx.query<{ id: string }>(concerned, [id])).map((row) => row.id);
    const { project_id } = (await this.lock(tx, id, 'UPDATE'))!;
    const lost = await tx.query<{ group_id: string; project_id: string }>(lostRules, [id]);
    const others = new Set(lost.map(({ group_id }) => group_id).filter((group) => group !== id));
    // A rule that came between: its group is not locked.
    if ([...others].some((group) => !locked.includes(group))) throw new RetryTransaction();
    for (const rule of lost) tx.count('security_group_rule', rule.project_id, -1);
    for (const group of others) await this.touch(tx, group);
    await deleteGrants(tx, id);
    await tx.query('DELETE FROM security_group WHERE id = $1', [id]);
    tx.count('security_group', project_id, -1);
    await publishCurrent(tx, securityGroupFacts, { kind: 'security-group', group: id });
  }

  async finish(tx: Tx, id: string, intent: Intent): Promise<void> {
    if (intent === 'gone') return this.remove(tx, id);
    const stateful = intent === 'stateful';
    const changed = await tx.query(
      'UPDATE security_group SET stateful = $2 WHERE id = $1 AND stateful <> $2 RETURNING id',
      [id, stateful],
    );
    if (changed.length > 0) await this.touch(tx, id);
  }
}
