import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  keyOf,
  REQUIRED,
  resourceName,
  UNSPECIFIED,
  type AttributeDefinition,
  type ResourceDefinition,
} from '../definition';
import { networkingFace } from '../faces';
import { EXTENSIONS, resourcesOf } from '.';

const RESOURCES = resourcesOf(networkingFace);

interface ContractAttribute {
  ext: string;
  post: boolean;
  put: boolean;
  default: unknown;
  validate?: Record<string, unknown>;
  convert_to?: string;
  convert_list_to?: string;
  visible: boolean;
  filter?: boolean;
  sort?: boolean;
  enforce_policy?: boolean;
  required_by_policy?: boolean;
  primary_key?: boolean;
  overrides?: Record<string, Partial<ContractAttribute>>;
}
interface ContractResource {
  path: string;
  member: string;
  list_key: string;
  attributes: Record<string, ContractAttribute>;
  /** Of top-level resources. */
  bulk?: boolean;
  pagination?: boolean;
  sorting?: boolean;
  /** Of sub-resources. */
  parent?: { collection_name: string; member_name: string };
}
interface Contract {
  aliases: Record<string, { name: string; updated: string; requires?: string[] }>;
  resources: Record<string, ContractResource>;
  /** By `<collection of the parent>/<collection>`. */
  sub_resources: Record<string, ContractResource>;
  quota_defaults: Record<string, number>;
}

const contract = JSON.parse(readFileSync(join(__dirname, '../../contract/attributes.json'), 'utf8')) as Contract;
const advertised = new Set(EXTENSIONS.map(({ alias }) => alias));
/** Aliases served in part: not advertised, but what is served agrees with the contract. */
const inPart = ['group-policy', 'group-policy-mapping'];
const served = new Set([...advertised, ...inPart]);
/** An attribute of the contract as the advertised aliases change it, in the form of a definition. */
function expected(attribute: ContractAttribute): Partial<AttributeDefinition> {
  const changes = Object.entries(attribute.overrides ?? {}).filter(([alias]) => advertised.has(alias));
  const a: ContractAttribute = Object.assign({}, attribute, ...changes.map(([, change]) => change));
  return {
    ext: a.ext,
    post: a.post,
    put: a.put,
    default: defaultOf(a),
    validate: a.validate,
    convert: a.convert_to,
    convertList: a.convert_list_to,
    visible: a.visible,
    filter: a.filter ?? false,
    sort: a.sort ?? false,
    enforcePolicy: a.enforce_policy ?? false,
    requiredByPolicy: a.required_by_policy ?? false,
  };
}

function defaultOf(attribute: ContractAttribute): AttributeDefinition['default'] {
  if (attribute.default === 'ATTR_NOT_SPECIFIED') return UNSPECIFIED;
  if (attribute.default === 'NO_DEFAULT') return attribute.post ? REQUIRED : UNSPECIFIED;
  return attribute.default as AttributeDefinition['default'];
}

function actual(a: AttributeDefinition): Partial<AttributeDefinition> {
  return {
    ext: a.ext,
    post: a.post,
    put: a.put,
    default: a.default,
    validate: a.validate,
    convert: a.convert,
    convertList: a.convertList,
    visible: a.visible,
    filter: a.filter ?? false,
    sort: a.sort ?? false,
    enforcePolicy: a.enforcePolicy ?? false,
    requiredByPolicy: a.requiredByPolicy ?? false,
  };
}

describe.each(RESOURCES.map((one): [string, ResourceDefinition] => [resourceName(one), one]))(
  'definition of %s',
  (name, definition) => {
    const { parent } = definition;
    const wanted = (parent ? contract.sub_resources : contract.resources)[name]!;
    const attributes = Object.entries(wanted.attributes).filter(([, { ext }]) => served.has(ext));

    it('has the names and abilities of the contract', () => {
      expect(definition).toMatchObject({
        member: wanted.member,
        path: wanted.path,
        collection: wanted.list_key,
        // The contract lacks these for sub-resources.
        ...(!parent && { bulk: wanted.bulk, pagination: wanted.pagination, sorting: wanted.sorting }),
      });
      expect(parent && { collection_name: parent.collection, member_name: parent.member }).toEqual(wanted.parent);
      if (parent) expect(definition.path.startsWith(`${parent.path}/{`)).toBe(true);
    });

    it('has every attribute of the aliases that we advertise, and no other', () => {
      const names = attributes.map(([name]) => name);
      if (names.includes('tenant_id')) names.push('project_id');
      expect(Object.keys(definition.attributes).sort()).toEqual(names.sort());
    });

    it.each(attributes)('holds %s as the contract has it', (attributeName, attribute) => {
      expect(actual(definition.attributes[attributeName]!)).toEqual(expected(attribute));
    });

    it('has project_id as a twin of tenant_id', () => {
      const { tenant_id: tenant, project_id: project } = definition.attributes;
      if (!wanted.attributes.tenant_id) return expect(tenant).toBeUndefined();
      expect(project && { ...project, ext: '' }).toEqual(tenant && { ...tenant, ext: '' });
    });

    it('is found by its primary key', () => {
      const { attribute, type } = keyOf(definition);
      const [primary = attribute] = Object.keys(wanted.attributes).filter((one) => wanted.attributes[one]!.primary_key);
      expect(attribute).toBe(primary);
      // What can only be read has no validator.
      const uuid = { 'type:uuid': null };
      if (type === 'uuid') expect(definition.attributes[attribute]!.validate ?? uuid).toEqual(uuid);
    });
  },
);

it('quotas have the names and defaults of the contract', () => {
  const quotas = RESOURCES.flatMap(({ quota }) => (quota ? [[quota.name, quota.default] as const] : []));
  expect(quotas.map(([name]) => name)).toEqual(expect.arrayContaining(['network', 'subnet', 'port']));
  expect(quotas).toEqual(quotas.map(([name]) => [name, contract.quota_defaults[name]]));
});

describe('advertised aliases', () => {
  it('are known to the contract under the same name and date', () => {
    for (const { alias, name, updated } of EXTENSIONS) {
      const known = contract.aliases[alias]!;
      // Some are not usable as they are: a name lists resources that we do not serve, a date has a month 23, another 041.
      expect(known.name.startsWith(name.split(':')[0]!)).toBe(true);
      if (!['tag-creation', 'qos-default'].includes(alias)) expect(updated).toBe(known.updated);
    }
  });

  it('bring the aliases that they require', () => {
    // Its other half, names of floating addresses, comes with routers.
    const later = ['router'];
    const missing = EXTENSIONS.flatMap(({ alias }) => contract.aliases[alias]!.requires ?? []).filter(
      (one) => !advertised.has(one) && !later.includes(one),
    );
    expect(missing).toEqual([]);
  });

  it('cover the alias of every attribute and action', () => {
    const used = RESOURCES.flatMap(({ ext, attributes, actions }) => [
      ext,
      ...Object.values(attributes).map((attribute) => attribute.ext),
      ...(actions ?? []).map((action) => action.ext),
    ]);
    expect(used.filter((ext) => !served.has(ext))).toEqual([]);
  });
});
