import { makeTenant, TestCloud } from '@weft/testing';
import { budget, PROOF, SEED } from '../proof';
import { MOST_GROUPS } from './walk/model';
import { walk } from './walk/walk';

const STEPS = budget({ commit: 3_000, soak: 100_000 });
const WALKERS = 4;

/** Refusals that a soak must meet; a short walk may miss the rarest. */
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
  const required = PROOF === 'soak' ? DIFFICULT : [];
  const walks = Array.from({ length: WALKERS }, async (_, i) => {
    const tenants = {
      owner: await makeTenant(cloud.run.authUrl, token),
      guest: await makeTenant(cloud.run.authUrl, token),
    };
    const options = {
      baseUrl: cloud.run.apiUrl,
      admin: cloud.admin,
      tenants,
      steps: STEPS / WALKERS,
      refusals,
      difficult: required,
      seed: SEED + i * 1_000,
    };
    return walk(options);
  });
  const done = await Promise.all(walks);
  expect(done.reduce((sum, { steps }) => sum + steps, 0)).toBeGreaterThanOrEqual(STEPS);
  // They must have come to where it gets difficult.
  expect(required.filter((type) => !refusals.has(type))).toEqual([]);
  expect(refusals.size).toBeGreaterThan(5);
}, 3_000_000);
