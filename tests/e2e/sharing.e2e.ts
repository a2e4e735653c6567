import type { ApiObject } from '@weft/lab';
import { makeTenant, type Tenant, TestCloud } from '@weft/testing';

/** Sharing of what fwaas owns: grants are kept by ipam, and what rules use is known to fwaas. */

let cloud: TestCloud;
let owner: Tenant;
let user: Tenant;
beforeAll(async () => {
  cloud = await TestCloud.start({ hosts: 0 });
  const token = await cloud.admin.token();
  owner = await makeTenant(cloud.run.authUrl, token, ['member', 'reader']);
  user = await makeTenant(cloud.run.authUrl, token, ['member', 'reader']);
}, 120_000);
afterAll(() => cloud?.stop(), 60_000);

const share = (type: 'security_group' | 'address_group', id: string) =>
  owner.api.create('rbac-policies', 'rbac_policy', {
    ...{ object_type: type, object_id: id, action: 'access_as_shared', target_tenant: user.projectId },
  });
const addresses = () =>
  owner.api.create('address-groups', 'address_group', { name: 'offices', addresses: ['10.0.0.0/8'] });

it('an address group is not unshared while a rule of another project names it', async () => {
  const { id } = await addresses();
  const grant = await share('address_group', id);
  const group = await user.api.create('security-groups', 'security_group', { name: 'web' });
  const named = { security_group_id: group.id, direction: 'ingress', remote_address_group_id: id };
  const rule = await user.api.create('security-group-rules', 'security_group_rule', named);
  await expect(owner.api.delete('rbac-policies', grant.id)).rejects.toMatchObject({
    ...{ status: 409, type: 'RbacPolicyInUse', message: expect.stringContaining(user.projectId) },
  });
  await user.api.delete('security-group-rules', rule.id);
  await owner.api.delete('rbac-policies', grant.id);
  const again = user.api.create('security-group-rules', 'security_group_rule', named);
  await expect(again).rejects.toMatchObject({ status: 404, type: 'AddressGroupNotFound' });
});

it('is either unshared or named, however the two race', async () => {
  const group = await user.api.create('security-groups', 'security_group', { name: 'raced' });
  for (let round = 0; round < 8; round++) {
    const { id } = await addresses();
    const grant = await share('address_group', id);
    const named = { security_group_id: group.id, direction: 'ingress', remote_address_group_id: id };
    const results = await Promise.allSettled([
      user.api.create('security-group-rules', 'security_group_rule', named),
      owner.api.delete('rbac-policies', grant.id),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  }
});

it('the grants of a group go with it, and stay when its deletion is refused', async () => {
  const group = await owner.api.create<ApiObject & { revision_number: number }>('security-groups', 'security_group', {
    name: 'shared',
  });
  const grant = await share('security_group', group.id);
  const stale = { 'if-match': `revision_number=${group.revision_number + 1}` };
  const refused = await owner.api.raw('DELETE', `/v2.0/security-groups/${group.id}`, undefined, stale);
  expect(refused.status).toBe(412);
  expect(await owner.api.show('rbac-policies', grant.id)).toMatchObject({ object_id: group.id });
  await owner.api.delete('security-groups', group.id);
  await expect(owner.api.show('rbac-policies', grant.id)).rejects.toMatchObject({ status: 404 });
});
