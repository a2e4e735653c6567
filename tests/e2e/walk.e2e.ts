import { makeTenant, TestCloud } from '@weft/testing';
import { MOST_GROUPS } from './walk/model';
import { walk } from './walk/walk';

/** `WEFT_WALK_STEPS=100000` for a long walk; WEFT_WALK_SEED repeats one. */
const STEPS = Number(process.env.WEFT_WALK_STEPS ?? 12_000);
const WALKERS = 4;

const DIFFICULT = [
  'DuplicateRbacPolicy',
  'InvalidInput',
  'InvalidIpForNetwork',
  'InvalidSharedSetting',
  'IpAddressAlreadyAllocated',
  'IpAddressGenerationFailure',
  'NetworkInUse',
  'NetworkNotFound',
  'OverQuota',
  'PolicyNotAuthorized',
  'PortNotFound',
  'RbacPolicyInUse',
  'RbacPolicyNotFound',
  'SecurityGroupNotFound',
  'SecurityGroupRuleExists',
  'SecurityGroupRuleNotFound',
  'SubnetInUse',
  'SubnetNotFound',
];

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0, env: { WEFT_QUOTA_SECURITY_GROUP: String(MOST_GROUPS) } });
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

it(`answers as the model says on random walks of ${STEPS} requests, ${WALKERS} at once`, async () => {
  const token = await cloud.admin.token();
  const refusals = new Map<string, number>();
  const walks = Array.from({ length: WALKERS }, async (_, i) => {
    const tenants = {
      owner: await makeTenant(cloud.run.authUrl, token),
      guest: await makeTenant(cloud.run.authUrl, token),
    };
    const seed = process.env.WEFT_WALK_SEED;
    const options = {
      baseUrl: cloud.run.apiUrl,
      admin: cloud.admin,
      tenants,
      steps: STEPS / WALKERS,
      refusals,
      difficult: DIFFICULT,
    };
    return walk({ ...options, ...(seed !== undefined && { seed: Number(seed) + i * 1_000 }) });
  });
  const done = await Promise.all(walks);
  expect(done.reduce((sum, { steps }) => sum + steps, 0)).toBeGreaterThanOrEqual(STEPS);
  // They must have come to where it gets difficult.
  expect(DIFFICULT.filter((type) => !refusals.has(type))).toEqual([]);
}, 3_000_000);
