import { portAssignmentFact, qosPolicyFact, type Json, type PortAssignment, type QosFact } from '@weft/contracts';
import { admin, context, eventually, OTHER, TENANT } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());

/** QoS is a manager's affair. */
const manager = () => context(TENANT, ['manager', 'member', 'reader']);
const guest = () => context(OTHER, ['manager', 'member', 'reader']);

type Item = Record<string, Json>;
const policy = async (item: Item = {}, ctx = manager()) => (await ipam.create('policies', item, ctx)).id as string;
const rule = (parentId: string, kind: string, item: Item, ctx = manager()) =>
  ipam.create(`policies/${kind}_rules`, { direction: 'egress', ...item }, ctx, parentId);
const fact = async (id: string) =>
  (await ipam.facts.load()).get(qosPolicyFact.key(id))?.value as QosFact | null | undefined;
const assigned = async (host: string, port: string) =>
  ((await ipam.facts.load()).get(portAssignmentFact.key(host, port))?.value as PortAssignment | undefined)?.qosPolicy;

describe('QoS policies', () => {
  it('show their rules, and tell nodes what they come to', async () => {
    const id = await policy({ name: 'gold' });
    await rule(id, 'bandwidth_limit', { max_kbps: 10_000, max_burst_kbps: 800 });
    await rule(id, 'bandwidth_limit', { max_kbps: 5_000, max_burst_kbps: 0, direction: 'ingress' });
    const { id: mark } = await ipam.create('policies/dscp_marking_rules', { dscp_mark: 26 }, manager(), id);
    const shown = await ipam.show('policies', id, manager());
    expect(shown.rules).toEqual([
      expect.objectContaining({ type: 'bandwidth_limit', max_kbps: 10_000, direction: 'egress', qos_policy_id: id }),
      expect.objectContaining({ type: 'bandwidth_limit', max_kbps: 5_000, direction: 'ingress' }),
      { id: mark, qos_policy_id: id, type: 'dscp_marking', dscp_mark: 26 },
    ]);
    await eventually(async () =>
      expect(await fact(id)).toEqual({
        id,
        egress: { kbps: 10_000, burstKbit: 800, pps: null },
        ingress: { kbps: 5_000, burstKbit: 0, pps: null },
        dscp: 26,
      }),
    );
    await ipam.delete('policies', id, manager());
    await eventually(async () => expect((await fact(id)) ?? null).toBeNull());
  });

  it('refuse a second rule of a type and direction, foreign rules, and who is no manager', async () => {
    const [id, other] = [await policy(), await policy()];
    const made = await rule(id, 'minimum_packet_rate', { min_kpps: 10, direction: 'any' });
    await expect(rule(id, 'minimum_packet_rate', { min_kpps: 20, direction: 'any' })).rejects.toMatchObject({
      type: 'QoSRulesConflict',
      status: 409,
    });
    await expect(
      ipam.call('policies/minimum_packet_rate_rules', 'delete', { ctx: manager(), id: made.id, parentId: other }),
    ).rejects.toMatchObject({ type: 'QosRuleNotFound', status: 404 });
    await expect(policy({}, context(TENANT))).rejects.toMatchObject({ status: 403 });
    await expect(rule(id, 'bandwidth_limit', { max_kbps: 1 }, guest())).rejects.toMatchObject({ status: 404 });
  });

  it('of a network leave its ports unproven until their nodes hold them to it', async () => {
    const { id: network } = await ipam.create('networks', {});
    const port = await ipam.create('ports', { network_id: network!, 'binding:host_id': 'h1' }, admin());
    await ipam.prove(port.id as string);
    await ipam.update('networks', network as string, { qos_policy_id: await policy() });
    expect(await ipam.show('ports', port.id as string)).toMatchObject({ status: 'BUILD' });
  });

  it('are no longer given to somebody whose grant went while he waited for the policy', async () => {
    const id = await policy();
    const grant = { object_type: 'qos_policy', object_id: id, target_tenant: OTHER, action: 'access_as_shared' };
    await ipam.create('rbac_policies', grant, manager());
    const { id: network_id } = await ipam.create('networks', {}, guest());
    const { tried } = await ipam.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM qos_policy WHERE id = $1 FOR UPDATE', [id]);
      const tried = ipam
        .create('ports', { network_id: network_id!, qos_policy_id: id }, guest())
        .catch((e: unknown) => e);
      await ipam.somebodyWaits();
      await tx.query('DELETE FROM rbac_policy WHERE object_id = $1', [id]);
      return { tried };
    });
    expect(await tried).toMatchObject({ type: 'QosPolicyNotFound', status: 404 });
  });

  it('are one default at most of each project, which its networks get', async () => {
    const id = await policy({ is_default: true }, guest());
    await expect(policy({ is_default: true }, guest())).rejects.toMatchObject({
      type: 'QoSPolicyDefaultAlreadyExists',
      status: 409,
    });
    expect(await ipam.create('networks', {}, guest())).toMatchObject({ qos_policy_id: id });
    expect(await ipam.create('networks', {})).toMatchObject({ qos_policy_id: null });
    const { made } = await ipam.database.transaction(async (tx) => {
      await tx.query('UPDATE network SET qos_policy_id = NULL WHERE qos_policy_id = $1', [id]);
      await tx.query('DELETE FROM qos_policy WHERE id = $1', [id]);
      const made = ipam.create('networks', {}, guest()).catch((e: unknown) => e);
      await ipam.somebodyWaits();
      return { made };
    });
    expect(await made).toMatchObject({ qos_policy_id: null });
  });
});

describe('ports', () => {
  it('have their own policy, else that of their network, and their node is told which', async () => {
    const [gold, silver] = [await policy(), await policy()];
    const { id: network } = await ipam.create('networks', { qos_policy_id: silver });
    const make = (item: Item) =>
      ipam.create(
        'ports',
        { network_id: network!, 'binding:host_id': 'h1', ...item },
        { ...admin(), projectId: TENANT },
      );
    const [own, heir, server] = [
      await make({ qos_policy_id: gold }),
      await make({}),
      await make({ device_owner: 'network:something' }),
    ];
    expect(own).toMatchObject({ qos_policy_id: gold, qos_network_policy_id: silver });
    expect(heir).toMatchObject({ qos_policy_id: null, qos_network_policy_id: silver });
    expect(server).toMatchObject({ qos_network_policy_id: null });
    await eventually(async () => expect(await assigned('h1', heir.id as string)).toBe(silver));
    expect(await assigned('h1', own.id as string)).toBe(gold);
    expect(await assigned('h1', server.id as string)).toBeNull();

    await ipam.update('networks', network as string, { qos_policy_id: null });
    await eventually(async () => expect(await assigned('h1', heir.id as string)).toBeNull());
    expect(await assigned('h1', own.id as string)).toBe(gold);
    await ipam.update('ports', own.id as string, { qos_policy_id: silver });
    await eventually(async () => expect(await assigned('h1', own.id as string)).toBe(silver));

    await expect(ipam.delete('policies', silver, manager())).rejects.toMatchObject({
      type: 'QosPolicyInUse',
      status: 409,
    });
    await ipam.delete('policies', gold, manager());
  });

  it('use what is shared with them, and nothing else', async () => {
    const id = await policy();
    const network = () => ipam.create('networks', { qos_policy_id: id }, guest());
    await expect(network()).rejects.toMatchObject({ type: 'QosPolicyNotFound', status: 404 });
    const grant = { object_type: 'qos_policy', object_id: id, target_tenant: OTHER, action: 'access_as_shared' };
    const { id: rbac } = await ipam.create('rbac_policies', grant, manager());
    expect(await network()).toMatchObject({ qos_policy_id: id });
    expect(await ipam.show('policies', id, guest())).toMatchObject({ shared: true });
    await expect(ipam.delete('rbac_policies', rbac as string, manager())).rejects.toMatchObject({
      type: 'RbacPolicyInUse',
    });
    await expect(
      ipam.update('networks', '38360a2d-30e0-4ff1-b9de-c85e29dc94d8', { qos_policy_id: id }),
    ).rejects.toMatchObject({ status: 404 });
  });
});
