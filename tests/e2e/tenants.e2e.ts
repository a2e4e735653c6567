import { EXAMPLES } from '@weft/api';
import {
  collectionUrl,
  type Json,
  keyOf,
  networkingFace,
  type ResourceDefinition,
  resourceName,
  resourcesOf,
  ruleWord,
  type ActionDefinition,
  type RequestContext,
} from '@weft/contracts';
import type { ApiAnswer } from '@weft/lab';
import { DEFAULT_RULES, Policy } from '@weft/policy';
import { makeTenant, type Tenant, TestCloud } from '@weft/testing';

/**
 * What is another project's does not exist, or must not be touched: for each resource, each verb and each action, made of the
 * definitions, their examples and the rules. Nothing here knows a resource by name.
 */

const policy = new Policy(DEFAULT_RULES);
const OWNER_ROLES = ['manager', 'member', 'reader'];

let cloud: TestCloud;
let owner: Tenant;
let stranger: Tenant;
/** Ids of the examples → ids of the objects made of them. */
const real = new Map<string, string>();
const made: { definition: ResourceDefinition; url: string }[] = [];

const substituted = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? (real.get(each) ?? each) : each)),
  ) as T;

const exampleOf = (definition: ResourceDefinition) => EXAMPLES[resourceName(definition)]!;
const keyIn = (definition: ResourceDefinition, object: Readonly<Record<string, unknown>>) =>
  String(object[keyOf(definition).attribute]);
const parentIdOf = ({ parent }: ResourceDefinition) => parent && substituted(keyIn(parent, exampleOf(parent).object));
const collection = (definition: ResourceDefinition) => collectionUrl(definition, parentIdOf(definition));
const objectUrl = (definition: ResourceDefinition) =>
  `${collection(definition)}/${substituted(keyIn(definition, exampleOf(definition).object))}`;
const post = (by: Tenant['api'], definition: ResourceDefinition, more: object = {}) => {
  const body = { ...substituted(exampleOf(definition).create ?? {}), ...more };
  return by.raw('POST', collection(definition), { [definition.member]: body });
};
const typeOf = ({ body }: ApiAnswer) => {
  const { NeutronError, type } = body as { NeutronError?: { type: string }; type?: string };
  return NeutronError?.type ?? type;
};

beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0 });
  const token = await cloud.admin.token();
  owner = await makeTenant(cloud.run.authUrl, token, OWNER_ROLES);
  stranger = await makeTenant(cloud.run.authUrl, token, OWNER_ROLES);
  const service = await makeTenant(cloud.run.authUrl, token, ['service']);
  for (const definition of resourcesOf(networkingFace)) {
    if (!definition.operations.create) continue;
    let answer = await post(owner.api, definition);
    for (const operator of [cloud.admin, service.api])
      if (answer.status === 403) answer = await post(operator, definition);
    const object = (answer.body as Record<string, Record<string, Json>>)[definition.member];
    if (answer.status !== 201 || !object) throw new Error(`${collection(definition)}: ${JSON.stringify(answer.body)}`);
    real.set(keyIn(definition, exampleOf(definition).object), keyIn(definition, object));
    made.push({ definition, url: objectUrl(definition) });
  }
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

const context = (): RequestContext => ({
  ...{ requestId: '', idempotencyKey: '', userId: '' },
  projectId: stranger.projectId,
  roles: OWNER_ROLES,
});
/** What the rules must know of an object of the owner's, and of its parent. */
const foreign = () => ({
  ...{ project_id: owner.projectId, tenant_id: owner.projectId, shared: false, 'router:external': false },
  'network:project_id': owner.projectId,
  'security_group:project_id': owner.projectId,
  'ext_parent:project_id': owner.projectId,
});
const seesForeign = (definition: ResourceDefinition) =>
  policy.allows(`get_${ruleWord(definition)}`, context(), foreign());
const notFoundType = ({ parent, notFound }: ResourceDefinition) => (parent ?? { notFound }).notFound;

const cases = resourcesOf(networkingFace).map((definition): [string, ResourceDefinition] => [
  definition.path,
  definition,
]);

describe.each(cases)('%s of another project', (_, definition) => {
  it('is not listed', async () => {
    const { status, body } = await stranger.api.raw('GET', collection(definition));
    if (definition.parent) return expect(status).toBe(404);
    const listed = (body as Record<string, Record<string, unknown>[]>)[definition.collection]!;
    expect(status).toBe(200);
    // His own may be there without his having made it: a default security group.
    const others = listed.filter((object) => object.project_id !== stranger.projectId);
    if (!seesForeign(definition)) expect(others).toEqual([]);
  });

  it('is not shown', async () => {
    const answer = await stranger.api.raw('GET', objectUrl(definition));
    // What belongs to nobody is seen by all, if it is there.
    if (seesForeign(definition)) return expect([200, 404]).toContain(answer.status);
    expect([answer.status, typeOf(answer)]).toEqual([404, notFoundType(definition)]);
  });

  it('is neither changed nor deleted', async () => {
    const { update, delete: remove } = definition.operations;
    const change = { [definition.member]: substituted(exampleOf(definition).update ?? {}) };
    for (const answer of [
      ...(update ? [await stranger.api.raw('PUT', objectUrl(definition), change)] : []),
      ...(remove ? [await stranger.api.raw('DELETE', objectUrl(definition))] : []),
    ])
      expect([answer.status, typeOf(answer)]).toEqual(
        seesForeign(definition) ? [403, 'PolicyNotAuthorized'] : [404, notFoundType(definition)],
      );
  });

  it('is not made for it, nor of what is its', async () => {
    if (!definition.operations.create) return;
    const forOwner = 'project_id' in definition.attributes;
    if (forOwner) expect((await post(stranger.api, definition, { project_id: owner.projectId })).status).toBe(400);
    const own = { project_id: stranger.projectId, tenant_id: stranger.projectId };
    const may = policy.allows(`create_${ruleWord(definition)}`, context(), { ...foreign(), ...own });
    const named =
      JSON.stringify(substituted(exampleOf(definition).create)) !== JSON.stringify(exampleOf(definition).create);
    if (definition.parent) expect((await post(stranger.api, definition)).status).toBe(404);
    else if (named) expect((await post(stranger.api, definition)).status).toBe(isOperators(definition) ? 403 : 404);
    else if (!may) expect((await post(stranger.api, definition)).status).toBe(403);
  });

  const actions = (definition.actions ?? []).map((action): [string, ActionDefinition] => [
    `${action.method} ${action.path}`,
    action,
  ]);
  if (actions.length > 0)
    it.each(actions)('takes no %s', async (__, action) => {
      const path = action.path.replace(
        /\{(\w+)\}/g,
        (___, name: string) => sampleOf(action.params?.[name] ?? {}) as string,
      );
      const body =
        action.body &&
        Object.fromEntries(Object.entries(action.body).map(([name, validators]) => [name, sampleOf(validators)]));
      const answer = await stranger.api.raw(action.method, `${objectUrl(definition)}/${path}`, body);
      // An operators' action is refused as such, whatever it is asked of; what is done to an attribute needs the object first.
      const { rule = ':' } = action;
      const operators = !rule.includes(':') && !policy.dependsOnTarget(rule);
      expect(answer.status).toBe(operators ? 403 : 404);
    });
});

it('leaves everything of the owner as it was', async () => {
  expect(made.length).toBeGreaterThan(10);
  for (const { url } of made) expect([url, (await cloud.admin.raw('GET', url)).status]).toEqual([url, 200]);
});

/** Nobody but operators makes such things, whoever asks and for whom. */
const isOperators = (definition: ResourceDefinition) => !policy.dependsOnTarget(`create_${ruleWord(definition)}`);

/** A value that the validators accept. */
function sampleOf(validators: Readonly<Record<string, unknown>>): Json {
  const samples: Readonly<Record<string, Json>> = {
    'type:uuid': [...real.values()][0]!,
    'type:string': 'x',
    'type:list_of_unique_strings': ['x'],
    'type:subports': [],
    'type:subnet_list': ['10.250.0.0/16'],
  };
  const [type] = Object.keys(validators);
  const sample = samples[type ?? ''];
  if (sample === undefined) throw new Error(`no sample for ${type}`);
  return sample;
}
