import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer } from '@weft/lab';
import { makeTenant, type Tenant, TestCloud } from '@weft/testing';
import { budget, pick, randomNumbers } from '../proof';

const CLIENTS = 50;
const PROJECTS = 5;
const SECONDS = budget({ commit: 15, soak: 60 });
const LIMITS = { network: 6, subnet: 10, port: 40, security_group: 5, security_group_rule: 30 } as const;
const MOST_SECONDS_MORE = 60;
/** Addresses that a /28 has for ports: sixteen without network, broadcast and gateway. */
const CAPACITY = 13;

/** What the contract lets each request be answered. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'POST networks': ['201', '409 OverQuota'],
  'PUT networks': ['200', '404 NetworkNotFound'],
  'DELETE networks': ['204', '404 NetworkNotFound', '409 NetworkInUse'],
  'POST subnets': ['201', '400 InvalidInput', '404 NetworkNotFound', '409 OverQuota'],
  'DELETE subnets': ['204', '404 SubnetNotFound', '409 SubnetInUse'],
  'POST ports': ['201', '404 NetworkNotFound', '409 OverQuota', '409 IpAddressGenerationFailure'],
  'PUT ports': ['200', '404 PortNotFound'],
  'DELETE ports': ['204', '404 PortNotFound'],
  'POST security_groups': ['201', '409 OverQuota'],
  'DELETE security_groups': ['204', '404 SecurityGroupNotFound', '409 SecurityGroupCannotRemoveDefault'],
  'POST security_group_rules': [
    '201',
    '404 SecurityGroupNotFound',
    '409 OverQuota',
    '409 SecurityGroupRuleExists',
    '409 DuplicateSecurityGroupRuleInPost',
  ],
  'DELETE security_group_rules': ['204', '404 SecurityGroupRuleNotFound'],
};

type Collection = `${keyof typeof LIMITS}s`;

let cloud: TestCloud;
let tenants: Tenant[];
beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0 });
  const token = await cloud.admin.token();
  tenants = await Promise.all(Array.from({ length: PROJECTS }, () => makeTenant(cloud.run.authUrl, token)));
  for (const { projectId } of tenants) await cloud.admin.request('PUT', `/v2.0/quotas/${projectId}`, { quota: LIMITS });
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

const idsOf = async ({ api }: Tenant, collection: Collection) =>
  (await api.request<Record<string, { id: string }[]>>('GET', `/v2.0/${collection}?fields=id`))[collection]!.map(
    ({ id }) => id,
  );
const typeOf = ({ body }: ApiAnswer) => (body as { NeutronError?: { type: string } } | null)?.NeutronError?.type;

/** One client's work: at random, on whatever its project has at that moment. */
async function work(
  tenant: Tenant,
  goesOn: () => boolean,
  tally: Map<string, number>,
  random: () => number,
): Promise<void> {
  const oneOf = <T>(all: readonly T[]): T | undefined => pick(all, random);
  const ask = async (method: string, collection: Collection, id: string, body?: unknown) => {
    const answer = await tenant.api.raw(method, `/v2.0/${collection}${id && `/${id}`}`, body);
    const type = typeOf(answer);
    const outcome = `${answer.status}${type === undefined ? '' : ` ${type}`}`;
    if (!ALLOWED[`${method} ${collection}`]!.includes(outcome))
      throw new Error(`${method} ${collection} ${JSON.stringify(body)}: ${outcome} ${JSON.stringify(answer.body)}`);
    const key = `${method} ${collection} ${outcome}`;
    tally.set(key, (tally.get(key) ?? 0) + 1);
  };
  const acts: (() => Promise<void>)[] = [
    () => ask('POST', 'networks', '', { network: {} }),
    async () => {
      const id = oneOf(await idsOf(tenant, 'networks'));
      if (id) await ask('DELETE', 'networks', id);
    },
    async () => {
      const network_id = oneOf(await idsOf(tenant, 'networks'));
      const cidr = `10.0.0.${16 * Math.floor(random() * 4)}/28`;
      if (network_id) await ask('POST', 'subnets', '', { subnet: { network_id, ip_version: 4, cidr } });
    },
    async () => {
      const id = oneOf(await idsOf(tenant, 'subnets'));
      if (id) await ask('DELETE', 'subnets', id);
    },
    ...[1, 1, 4].map((count) => async () => {
      const network_id = oneOf(await idsOf(tenant, 'networks'));
      if (network_id) await ask('POST', 'ports', '', { ports: Array.from({ length: count }, () => ({ network_id })) });
    }),
    ...['DELETE', 'DELETE', 'PUT'].map((method) => async () => {
      const id = oneOf(await idsOf(tenant, 'ports'));
      if (id) await ask(method, 'ports', id, ...(method === 'PUT' ? [{ port: { name: 'x' } }] : []));
    }),
    async () => {
      const id = oneOf(await idsOf(tenant, 'networks'));
      if (id) await ask('PUT', 'networks', id, { network: { name: 'x' } });
    },
    () => ask('POST', 'security_groups', '', { security_group: {} }),
    ...(['security_groups', 'security_group_rules'] as const).map((collection) => async () => {
      const id = oneOf(await idsOf(tenant, collection));
      if (id) await ask('DELETE', collection, id);
    }),
    // Few rules that differ, so that the same are asked for at once; the other side may be going.
    ...[1, 1, 3].map((count) => async () => {
      const groups = await idsOf(tenant, 'security_groups');
      const security_group_id = oneOf(groups);
      const rule = () => {
        const port = 1 + Math.floor(random() * 5);
        const ports = { protocol: 'tcp', port_range_min: port, port_range_max: port };
        return { security_group_id, direction: 'ingress', ...ports, remote_group_id: oneOf([null, ...groups]) };
      };
      if (security_group_id)
        await ask('POST', 'security_group_rules', '', { security_group_rules: Array.from({ length: count }, rule) });
    }),
  ];
  while (goesOn()) await oneOf(acts)!();
}

/** Quotas are checked at least this often while the clients work. */
const MIN_CHECKS = 4;

/** Checks all the while that no project exceeds a quota. @param checked is called after each check of all projects */
async function watch(goesOn: () => boolean, checked: () => void): Promise<void> {
  while (goesOn()) {
    for (const tenant of tenants)
      for (const [what, limit] of Object.entries(LIMITS)) {
        const has = (await idsOf(tenant, `${what}s` as Collection)).length;
        if (has > limit) throw new Error(`${has} ${what}s in project ${tenant.projectId}, where ${limit} are allowed`);
      }
    checked();
    await sleep(250);
  }
}

it(`keeps ${CLIENTS} clients within their quotas for ${SECONDS} s, with nothing lost and no other refusal than the contract's`, async () => {
  const until = Date.now() + SECONDS * 1_000;
  const tally = new Map<string, number>();
  const resources = Object.keys(LIMITS).map((name) => `${name}s`);
  let checks = 0;
  // It must have been tight and watched: each quota was met, work was done, and quotas were checked. A slow machine needs longer for that.
  const wasTight = () =>
    checks >= MIN_CHECKS &&
    resources.every(
      (what) => (tally.get(`POST ${what} 409 OverQuota`) ?? 0) > 0 && (tally.get(`POST ${what} 201`) ?? 0) > 10,
    );
  const goesOn = () => Date.now() < until || (Date.now() < until + MOST_SECONDS_MORE * 1_000 && !wasTight());
  const clients = Array.from({ length: CLIENTS }, (_, i) =>
    work(tenants[i % PROJECTS]!, goesOn, tally, randomNumbers(i)),
  );
  await Promise.all([watch(goesOn, () => checks++), ...clients]);
  expect(checks).toBeGreaterThanOrEqual(MIN_CHECKS);
  console.info(JSON.stringify(Object.fromEntries([...tally].sort())));
  for (const what of resources) {
    expect(tally.get(`POST ${what} 409 OverQuota`)).toBeGreaterThan(0);
    expect(tally.get(`POST ${what} 201`)).toBeGreaterThan(10);
  }
}, 180_000);

it('counts what is there, and gives back what is deleted', async () => {
  for (const tenant of tenants) {
    const { quota } = await cloud.admin.request<{ quota: Record<string, { used: number }> }>(
      'GET',
      `/v2.0/quotas/${tenant.projectId}/details`,
    );
    for (const what of Object.keys(LIMITS))
      expect([what, quota[what]!.used]).toEqual([what, (await idsOf(tenant, `${what}s` as Collection)).length]);
  }
});

it('has lost no address: each subnet can still be filled to the last one', async () => {
  for (const tenant of tenants) {
    await cloud.admin.request('PUT', `/v2.0/quotas/${tenant.projectId}`, { quota: { port: -1 } });
    for (const subnet of await idsOf(tenant, 'subnets')) {
      const { network_id } = await tenant.api.show('subnets', subnet);
      const there = await tenant.api.list('ports', { fixed_ips: `subnet_id=${subnet}` });
      const fill = (count: number) => {
        const port = { network_id, fixed_ips: [{ subnet_id: subnet }] };
        return tenant.api.raw('POST', '/v2.0/ports', { ports: Array.from({ length: count }, () => port) });
      };
      if (there.length < CAPACITY) expect((await fill(CAPACITY - there.length)).status).toBe(201);
      expect((await fill(1)).status).toBe(409);
    }
  }
});

it('leaves nothing behind once all is deleted', async () => {
  for (const tenant of tenants) {
    for (const id of await idsOf(tenant, 'ports')) await tenant.api.delete('ports', id);
    for (const id of await idsOf(tenant, 'networks')) await tenant.api.delete('networks', id);
    // The default group is an operator's to delete.
    for (const id of await idsOf(tenant, 'security_groups')) await cloud.admin.delete('security-groups', id);
    const { quota } = await cloud.admin.request<{ quota: Record<string, { used: number }> }>(
      'GET',
      `/v2.0/quotas/${tenant.projectId}/details`,
    );
    expect(Object.values(quota).every(({ used }) => used === 0)).toBe(true);
  }
  const [range] = await cloud.admin.list('network-segment-ranges');
  expect(range).toMatchObject({ used: {} });
  expect((range!.available as number[]).slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
}, 60_000);
