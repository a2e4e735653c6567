import { qosPolicies, QOS_RULES, qosRuleTypes } from '@weft/contracts';
import { type ResourceTable, timestamp } from '@weft/service-kit';
import { isOpen, openTo } from '../sharing/sharing';
import { columnsOf, QOS_RULE_TYPES, type QosRuleType } from './qos-rule-type';

/** One object for each rule, with the attributes of its type. */
const ruleJson = QOS_RULE_TYPES.map((type) => {
  const own = Object.entries(columnsOf(type)).map(([attribute, column]) => `'${attribute}', r.${column}`);
  return `WHEN '${type.name}' THEN json_build_object('id', r.id, 'qos_policy_id', r.policy_id, 'type', r.type, ${own.join(', ')})`;
}).join(' ');

export const qosPolicyTable: ResourceTable = {
  definition: qosPolicies,
  table: 'qos_policy',
  from: 'qos_policy q',
  id: 'q.id',
  columns: {
    id: 'q.id',
    name: 'q.name',
    tenant_id: 'q.project_id',
    project_id: 'q.project_id',
    shared: (project) => isOpen('access_as_shared', 'q.id', project),
    is_default: 'q.is_default',
    rules: `(SELECT COALESCE(json_agg(CASE r.type ${ruleJson} END ORDER BY r.type, r.direction), '[]')
      FROM qos_rule r WHERE r.policy_id = q.id)`,
    description: 'q.description',
    tags: 'q.tags',
    revision_number: 'q.revision_number',
    created_at: timestamp('q.created_at'),
    updated_at: timestamp('q.updated_at'),
  },
  visibility: [
    {
      rows: (project) => `q.project_id = ${project}`,
      target: (project) => ({ project_id: project, tenant_id: project, shared: false }),
    },
    {
      rows: (project) => `q.id = ${openTo('qos_policy', 'access_as_shared', project)}`,
      target: () => ({ project_id: null, tenant_id: null, shared: true }),
    },
  ],
};

/** The rules of one type. */
export const qosRuleTable = (type: QosRuleType): ResourceTable => ({
  definition: QOS_RULES.find(({ member }) => member === `${type.name}_rule`)!,
  table: 'qos_rule',
  from: `(SELECT r.*, q.project_id FROM qos_rule r JOIN qos_policy q ON q.id = r.policy_id WHERE r.type = '${type.name}') r`,
  id: 'r.id',
  parent: { id: 'r.policy_id', table: qosPolicyTable },
  columns: {
    id: 'r.id',
    ...Object.fromEntries(Object.entries(columnsOf(type)).map(([attribute, column]) => [attribute, `r.${column}`])),
  },
  visibility: [
    {
      rows: (project) => `r.project_id = ${project}`,
      target: (project) => ({ 'ext_parent:project_id': project, 'ext_parent:tenant_id': project }),
    },
  ],
});

const supported = QOS_RULE_TYPES.filter((type) => type.supported);

/** What nodes enforce. */
export const qosRuleTypeTable: ResourceTable = {
  definition: qosRuleTypes,
  table: 'qos_rule',
  from: `(VALUES ${supported
    .map(({ name, supported: parameters }) => `('${name}', '${JSON.stringify(parameters)}'::json)`)
    .join(', ')}) AS t (type, parameters)`,
  id: 't.type',
  columns: {
    type: 't.type',
    drivers: `json_build_array(json_build_object('name', 'linuxbridge', 'supported_parameters', t.parameters))`,
  },
  // They are nobody's: who may see them sees all.
  visibility: [{ rows: () => 'true', target: () => ({}) }],
};
