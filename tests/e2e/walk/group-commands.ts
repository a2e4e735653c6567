import fc from 'fast-check';
import { at, caller, type Command, command, CREATED, GONE, OK, only, pick, same, sorted, tenant } from './commands';
import { type Caller, type Expected, type Model, type ModelGroup, MOST_GROUPS, refused } from './model';

/** What a walk does to security groups and their rules, and what the model says of it. */

const notThere = refused(404, 'SecurityGroupNotFound');
const sees = (group: ModelGroup, by: Caller): boolean => by === 'admin' || by === group.project;
const onlyOwner = (group: ModelGroup, by: Caller, rule: Expected): Expected => (sees(group, by) ? rule : notThere);
const groupsOf = (model: Model, by: Caller) => [...model.groups.values()].filter(({ project }) => project === by);

const createGroup = tenant.map((by) =>
  command(`${by} creates a security group`, (model) => ({
    ...{ by, method: 'POST', path: '/v2.0/security-groups', body: { security_group: { name: 'g' } } },
    expected: groupsOf(model, by).length + 1 >= MOST_GROUPS ? refused(409, 'OverQuota') : CREATED,
    then: (answer) => {
      if (answer.status !== 201) return;
      const { id } = only(answer);
      model.groups.set(id, { id, project: by, name: 'g' });
    },
  })),
);

const renameGroup = fc.tuple(caller, at, fc.constantFrom('x', 'y')).map(([by, n, name]) =>
  command(`${by} renames security group ${n} ${name}`, (model) => {
    const group = pick(model.groups.values(), n);
    if (!group) return null;
    const path = `/v2.0/security-groups/${group.id}`;
    return {
      ...{ by, method: 'PUT', path, body: { security_group: { name } }, expected: onlyOwner(group, by, OK) },
      then: ({ status }) => void (status === 200 && (group.name = name)),
    };
  }),
);

const deleteGroup = fc.tuple(caller, at).map(([by, n]) =>
  command(`${by} deletes security group ${n}`, (model) => {
    const group = pick(model.groups.values(), n);
    if (!group) return null;
    const { id } = group;
    return {
      ...{ by, method: 'DELETE', path: `/v2.0/security-groups/${id}`, expected: onlyOwner(group, by, GONE) },
      then: ({ status }) => {
        if (status !== 204) return;
        model.groups.delete(id);
        // Also what others have about it.
        for (const rule of [...model.rules.values()])
          if (rule.group === id || rule.remote === id) model.rules.delete(rule.id);
      },
    };
  }),
);

const createRule = fc.tuple(tenant, at, fc.constantFrom(80, 443), fc.option(at)).map(([by, n, port, m]) =>
  command(`${by} opens port ${port} of security group ${n} for ${m ?? 'all'}`, (model) => {
    const group = pick(model.groups.values(), n);
    const remote = m === null ? null : pick(model.groups.values(), m);
    if (!group || remote === undefined) return null;
    const ports = { protocol: 'tcp', port_range_min: port, port_range_max: port };
    const sides = { security_group_id: group.id, remote_group_id: remote?.id ?? null };
    const known = [...model.rules.values()].some(
      (rule) => rule.group === group.id && rule.port === port && rule.remote === sides.remote_group_id,
    );
    const allowed = known ? refused(409, 'SecurityGroupRuleExists') : CREATED;
    return {
      ...{ by, method: 'POST', path: '/v2.0/security-group-rules' },
      body: { security_group_rule: { direction: 'ingress', ...ports, ...sides } },
      expected: sees(group, by) && (remote === null || sees(remote, by)) ? allowed : notThere,
      then: (answer) => {
        if (answer.status !== 201) return;
        const { id } = only(answer);
        model.rules.set(id, { id, group: group.id, port, remote: sides.remote_group_id });
      },
    };
  }),
);

const deleteRule = fc.tuple(caller, at).map(([by, n]) =>
  command(`${by} deletes rule ${n}`, (model) => {
    const rule = pick(model.rules.values(), n);
    if (!rule) return null;
    const seen = sees(model.groups.get(rule.group)!, by);
    return {
      ...{ by, method: 'DELETE', path: `/v2.0/security-group-rules/${rule.id}` },
      expected: seen ? GONE : refused(404, 'SecurityGroupRuleNotFound'),
      then: ({ status }) => void (status === 204 && model.rules.delete(rule.id)),
    };
  }),
);

const listRules = tenant.map((by) =>
  command(`${by} lists rules`, (model) => ({
    ...{ by, method: 'GET', expected: OK },
    path: '/v2.0/security-group-rules?direction=ingress&belongs_to_default_sg=false&fields=id&fields=security_group_id',
    then: ({ body }) => {
      const listed = (body as { security_group_rules: { id: string }[] }).security_group_rules;
      const wanted = [...model.rules.values()].filter(({ group }) => model.groups.get(group)!.project === by);
      same(`rules of ${by}`, sorted(listed), sorted(wanted.map(({ id, group }) => ({ id, security_group_id: group }))));
    },
  })),
);

export const GROUP_COMMANDS: fc.Arbitrary<Command>[] = [
  ...[createGroup, createRule, createRule, createRule],
  ...[renameGroup, deleteGroup, deleteRule, listRules],
];
