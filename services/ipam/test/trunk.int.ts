import { networkPortFact, type Json, type PortFact } from '@weft/contracts';
import { admin, context, eventually, OTHER, TENANT, tenant } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start({ replicas: 2 });
});
afterAll(() => ipam.stop());

type Item = Record<string, Json>;
const operator = () => ({ ...admin(), projectId: TENANT });
const port = async (item: Item = {}, networkItem: Item = {}) => {
  const { id } = await ipam.create('networks', networkItem, operator());
  return (await ipam.create('ports', { network_id: id!, ...item }, operator())).id as string;
};
const sub = (port_id: string, segmentation_id: number) => ({ port_id, segmentation_type: 'vlan', segmentation_id });
const act = (id: string, operation: string, sub_ports: Json, ctx = tenant()) =>
  ipam.call<{ body: Item }>('trunks', operation, { ctx, id, params: {}, body: { sub_ports } });
const factOf = async (id: string) => {
  const { network_id } = await ipam.show('ports', id);
  return (await ipam.facts.load()).get(networkPortFact.key(network_id as string, id))?.value as PortFact;
};

describe('a trunk', () => {
  it('wires its subports where its parent is, and tells so on the parent', async () => {
    const [parent, one, two] = [await port({ 'binding:host_id': 'h1' }), await port(), await port()];
    const trunk = await ipam.create('trunks', { port_id: parent, sub_ports: [sub(one, 101)] });
    expect(trunk).toMatchObject({ status: 'DOWN', sub_ports: [sub(one, 101)] });
    await eventually(async () => expect((await factOf(one)).subport).toEqual({ parent, vlan: 101 }));
    expect(await factOf(one)).toMatchObject({ host: 'h1', deviceOwner: 'trunk:subport' });

    const { body } = await act(trunk.id as string, 'add_subports', [sub(two, 102)]);
    expect(body.sub_ports).toEqual([sub(one, 101), sub(two, 102)]);
    const { mac_address } = await ipam.show('ports', one);
    expect((await ipam.show('ports', parent)).trunk_details).toEqual({
      trunk_id: trunk.id,
      sub_ports: expect.arrayContaining([{ ...sub(one, 101), mac_address }]),
    });

    await ipam.update('ports', parent, { 'binding:host_id': 'h2' }, operator());
    await eventually(async () => expect(await factOf(two)).toMatchObject({ host: 'h2' }));
    await act(trunk.id as string, 'remove_subports', [{ port_id: one }]);
    await eventually(async () => expect(await factOf(one)).toMatchObject({ host: null, subport: null }));
    await ipam.delete('trunks', trunk.id as string);
    await eventually(async () => expect(await factOf(two)).toMatchObject({ host: null, subport: null }));
    for (const id of [parent, one, two]) await ipam.delete('ports', id);
  });

  it('keeps its ports from going, from other trunks, and its VLANs from being given twice', async () => {
    const [parent, one, two] = [await port(), await port(), await port()];
    const trunk = await ipam.create('trunks', { port_id: parent, sub_ports: [sub(one, 7)] });
    const add = (...subs: Json[]) => act(trunk.id as string, 'add_subports', subs);
    await expect(ipam.delete('ports', parent)).rejects.toMatchObject({ type: 'PortInUseAsTrunkParent', status: 409 });
    await expect(ipam.delete('ports', one)).rejects.toMatchObject({ type: 'PortInUseAsSubPort', status: 409 });
    await expect(add(sub(two, 7))).rejects.toMatchObject({ type: 'DuplicateSubPort', status: 409 });
    await expect(add(sub(one, 8))).rejects.toMatchObject({ type: 'PortInUseAsSubPort' });
    await expect(add(sub(parent, 8))).rejects.toMatchObject({ type: 'PortInUseAsTrunkParent' });
    await expect(add(sub(two, 4095))).rejects.toMatchObject({ type: 'InvalidInput', status: 400 });
    await expect(ipam.create('trunks', { port_id: parent })).rejects.toMatchObject({ type: 'PortInUseAsTrunkParent' });
    await expect(act(trunk.id as string, 'remove_subports', [{ port_id: two }])).rejects.toMatchObject({
      type: 'SubPortNotFound',
      status: 404,
    });
    await ipam.update('trunks', trunk.id as string, { admin_state_up: false });
    await expect(add(sub(two, 9))).rejects.toMatchObject({ type: 'TrunkDisabled', status: 409 });
  });

  it('keeps the networks of its ports from going, whatever the ports are called', async () => {
    const [parent, one] = [await port(), await port()];
    await ipam.create('trunks', { port_id: parent, sub_ports: [sub(one, 7)] });
    for (const id of [parent, one]) {
      await ipam.update('ports', id, { device_owner: 'network:dhcp' }, operator());
      const { network_id } = await ipam.show('ports', id);
      const gone = ipam.delete('networks', network_id as string, operator());
      await expect(gone).rejects.toMatchObject({ type: 'NetworkInUse', status: 409 });
    }
  });

  it('claims nothing of a subport that has moved or left until it is proven anew', async () => {
    const [parent, one, two] = [await port({ 'binding:host_id': 'h1' }), await port(), await port()];
    const trunk = await ipam.create('trunks', { port_id: parent, sub_ports: [sub(one, 1), sub(two, 2)] });
    for (const id of [parent, one, two]) await ipam.prove(id);
    expect(await ipam.show('trunks', trunk.id as string)).toMatchObject({ status: 'ACTIVE' });
    await act(trunk.id as string, 'remove_subports', [{ port_id: one }]);
    await ipam.update('ports', parent, { 'binding:host_id': 'h2' }, operator());
    for (const id of [parent, one, two]) expect(await ipam.show('ports', id)).toMatchObject({ status: 'DOWN' });
  });

  it('does not take along a port that leaves it while its parent moves', async () => {
    const [parent, one] = [await port({ 'binding:host_id': 'h1' }), await port()];
    await ipam.create('trunks', { port_id: parent, sub_ports: [sub(one, 7)] });
    const moved = await ipam.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM port WHERE id = $1 FOR UPDATE', [one]);
      const moving = ipam.update('ports', parent, { 'binding:host_id': 'h2' }, operator());
      await ipam.somebodyWaits();
      await tx.query('DELETE FROM subport WHERE port_id = $1', [one]);
      await tx.query(`UPDATE port SET host = NULL, subport = NULL, device_owner = '' WHERE id = $1`, [one]);
      return { moving };
    });
    await moved.moving;
    expect(await ipam.show('ports', parent, operator())).toMatchObject({ 'binding:host_id': 'h2' });
    expect(await ipam.show('ports', one, operator())).toMatchObject({ 'binding:host_id': '' });
  });

  it('refuses subports of a greater MTU, in use, or of others', async () => {
    const parent = await port({}, { mtu: 1400 });
    const trunk = await ipam.create('trunks', { port_id: parent });
    const add = (id: string) => act(trunk.id as string, 'add_subports', [sub(id, 5)]);
    await expect(add(await port())).rejects.toMatchObject({ type: 'SubPortMtuGreaterThanTrunkPortMtu', status: 409 });
    await expect(add(await port({ device_id: 'vm' }, { mtu: 1400 }))).rejects.toMatchObject({
      type: 'PortInUse',
      status: 409,
    });
    const server = await port({ device_owner: 'network:dhcp' }, { mtu: 1400 });
    await expect(add(server)).rejects.toMatchObject({ type: 'PortInUse', status: 409 });
    const { id: foreign } = await ipam.create('networks', {}, context(OTHER));
    const theirs = await ipam.create('ports', { network_id: foreign! }, context(OTHER));
    await expect(add(theirs.id as string)).rejects.toMatchObject({ type: 'PortNotFound', status: 404 });
  });
});
