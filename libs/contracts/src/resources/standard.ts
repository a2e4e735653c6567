import { REQUIRED, UNSPECIFIED, type ActionDefinition, type AttributeDefinition, type ValueType } from '../definition';

/** Attributes that many resources share ("standard attributes"), one group an extension. */

type Attributes = Readonly<Record<string, AttributeDefinition>>;

/** An attribute that clients read and never set. */
export const readOnly = <E extends string, T extends ValueType>(ext: E, type: T) =>
  ({ ext, post: false, put: false, default: UNSPECIFIED, type, visible: true }) as const;

/** What it is found by. */
export const idAttribute = <E extends string>(ext: E) =>
  ({
    id: {
      ext,
      post: false,
      put: false,
      default: UNSPECIFIED,
      validate: { 'type:uuid': null },
      visible: true,
      filter: true,
      sort: true,
      primaryKey: true,
    },
  }) as const;

export const nameAttribute = <E extends string>(ext: E) =>
  ({
    name: {
      ext,
      post: true,
      put: true,
      default: '',
      validate: { 'type:name_string': 255 },
      visible: true,
      filter: true,
      sort: true,
    },
  }) as const;

const owner = {
  post: true,
  put: false,
  default: REQUIRED,
  validate: { 'type:string': 255 },
  visible: true,
  filter: true,
  sort: true,
  requiredByPolicy: true,
} as const;

/** Whose it is, by both names of a project. */
export const ownerAttributes = <E extends string>(ext: E) =>
  ({ tenant_id: { ext, ...owner }, project_id: { ext: 'project-id', ...owner } }) as const;

export const revisionAttributes = {
  revision_number: {
    ext: 'standard-attr-revisions',
    post: false,
    put: false,
    default: null,
    type: 'integer',
    visible: true,
    filter: true,
  },
} as const satisfies Attributes;

export const descriptionAttributes = {
  description: {
    ext: 'standard-attr-description',
    post: true,
    put: true,
    default: '',
    validate: { 'type:string': 255 },
    visible: true,
    filter: true,
  },
} as const satisfies Attributes;

const timestamp = {
  ext: 'standard-attr-timestamp',
  post: false,
  put: false,
  default: null,
  type: 'string',
  visible: true,
} as const satisfies AttributeDefinition;

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export const timestampAttributes = { created_at: timestamp, updated_at: timestamp } as const satisfies Attributes;

const tagFilter = {
  ext: 'standard-attr-tag',
  post: false,
  put: false,
  default: UNSPECIFIED,
  visible: false,
  filter: true,
} as const satisfies AttributeDefinition;

/** Not attributes of an object, only filters: lists of tags separated by commas. */
export const tagFilters = {
  'tags-any': tagFilter,
  'not-tags': tagFilter,
  'not-tags-any': tagFilter,
} as const satisfies Attributes;

export const tagAttributes = {
  tags: {
    ext: 'standard-attr-tag',
    post: false,
    put: false,
    default: UNSPECIFIED,
    type: 'string_list',
    visible: true,
    filter: true,
  },
  ...tagFilters,
} as const satisfies Attributes;

const TAG = { 'type:string': 255 };
const TAGS = { tags: { 'type:list_of_unique_strings': 255 } };

/** `…/tags` and `…/tags/{tag}` of a resource. */
export const tagActions = (member: string): readonly ActionDefinition[] => {
  const ext = 'standard-attr-tag';
  const all = 'tags';
  const one = { path: 'tags/{tag}', params: { tag: TAG }, ext };
  const rule = (action: string) => `${action}_${member}:tags`;
  return [
    { method: 'GET', path: all, name: 'list_tags', status: 200, rule: rule('get'), ext },
    { method: 'PUT', path: all, name: 'replace_tags', status: 200, rule: rule('update'), body: TAGS, ext },
    { method: 'POST', path: all, name: 'add_tags', status: 200, rule: rule('create'), body: TAGS, ext: 'tag-creation' },
    { method: 'DELETE', path: all, name: 'remove_tags', status: 204, rule: rule('delete'), ext },
    { method: 'GET', name: 'has_tag', status: 204, rule: rule('get'), ...one },
    { method: 'PUT', name: 'add_tag', status: 201, rule: rule('update'), ...one },
    { method: 'DELETE', name: 'remove_tag', status: 204, rule: rule('delete'), ...one },
  ];
};
