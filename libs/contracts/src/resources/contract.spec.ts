import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REQUIRED, UNSPECIFIED, type AttributeDefinition, type ResourceDefinition } from '../definition';
import { EXTENSIONS, RESOURCES } from '.';

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
  overrides?: Record<string, Partial<ContractAttribute>>;
}
interface Contract {
  aliases: Record<string, { name: string; updated: string; requires?: string[] }>;
  resources: Record<
    string,
    {
      path: string;
      member: string;
      list_key: string;
      bulk: boolean;
      pagination: boolean;
      sorting: boolean;
      attributes: Record<string, ContractAttribute>;
    }
  >;
}

const contract = JSON.parse(readFileSync(join(__dirname, '../../contract/attributes.json'), 'utf8')) as Contract;
const served = new Set(EXTENSIONS.map(({ alias }) => alias));

/** What the contract says of an attribute once the aliases that we advertise have changed it, in our words. */
function expected(attribute: ContractAttribute): Partial<AttributeDefinition> {
  const changes = Object.entries(attribute.overrides ?? {}).filter(([alias]) => served.has(alias));
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

describe.each(RESOURCES.map((definition): [string, ResourceDefinition] => [definition.collection, definition]))(
  'definition of %s',
  (collection, definition) => {
    const wanted = contract.resources[collection]!;
    const attributes = Object.entries(wanted.attributes).filter(([, { ext }]) => served.has(ext));

    it('has the names and abilities of the contract', () => {
      expect(definition).toMatchObject({
        member: wanted.member,
        path: wanted.path,
        collection: wanted.list_key,
        bulk: wanted.bulk,
        pagination: wanted.pagination,
        sorting: wanted.sorting,
      });
    });

    it('has every attribute of the aliases that we advertise, and no other', () => {
      const names = attributes.map(([name]) => name);
      if (names.includes('tenant_id')) names.push('project_id');
      expect(Object.keys(definition.attributes).sort()).toEqual(names.sort());
    });

    it.each(attributes)('holds %s as the contract has it', (name, attribute) => {
      expect(actual(definition.attributes[name]!)).toEqual(expected(attribute));
    });

    it('has project_id as a twin of tenant_id', () => {
      const { tenant_id: tenant, project_id: project } = definition.attributes;
      expect(project && { ...project, ext: '' }).toEqual(tenant && { ...tenant, ext: '' });
    });

    it('is found by id', () => {
      expect(definition.attributes.id).toMatchObject({ primaryKey: true, validate: { 'type:uuid': null } });
    });
  },
);

describe('advertised aliases', () => {
  it('are known to the contract under the same name and date', () => {
    for (const { alias, name, updated } of EXTENSIONS) {
      const known = contract.aliases[alias]!;
      // Two names and dates of the reference are not usable as they are: one lists resources that we do not serve, one has a month 23.
      expect(known.name.startsWith(name.split(':')[0]!)).toBe(true);
      if (alias !== 'tag-creation') expect(updated).toBe(known.updated);
    }
  });

  it('bring the aliases that they require', () => {
    const missing = EXTENSIONS.flatMap(({ alias }) => contract.aliases[alias]!.requires ?? []).filter(
      (one) => !served.has(one),
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
