import type { ForwardingEntry, LinkSpec, NamespaceSpec, NeighbourEntry } from '@weft/dataplane';
import {
  FLOOD_MAC,
  ForwardingTable,
  KernelDriver,
  LinkDriver,
  LinkTable,
  NamespaceDriver,
  NeighbourTable,
  NetlinkSocket,
  listNetns,
  standalone,
  probeCapabilities,
} from '@weft/dataplane';
import { systemClock } from '@weft/reconcile';
import { NodeNetns } from './support/node-netns';

const BRIDGE = 'brq0a0a0a0a-0a';
const TAP = 'tap0b0b0b0b-0b';
const SEGMENT: LinkSpec[] = [
  { kind: 'bridge', name: BRIDGE, mtu: 1450 },
  {
    kind: 'vxlan',
    name: 'vxlan-48',
    mtu: 1450,
    master: BRIDGE,
    vni: 48,
    local: '10.99.0.1',
    neighSuppress: true,
    learning: false,
  },
];
const tap = (more: Partial<LinkSpec> = {}): LinkSpec =>
  ({ kind: 'tap', name: TAP, mtu: 1450, master: BRIDGE, up: true, ...more }) as LinkSpec;

function newTestNode() {
  const node = new NodeNetns();
  const socket = node.run(() => new NetlinkSocket());
  const table = new LinkTable(socket);
  const links = new LinkDriver(socket, table, standalone(systemClock), { nics: new Set(['nic0']), random: () => 0 });
  const forwarding = new KernelDriver(socket, new ForwardingTable(socket, table), systemClock);
  const neighbours = new KernelDriver(socket, new NeighbourTable(socket, table), systemClock);
  /** One pass of the links; the number of commands that it took. */
  const pass = () =>
    node.run(() => {
      links.markDirty();
      links.resync();
      return links.applyUpdates() + links.applyDeletes();
    });
  return { node, socket, links, forwarding, neighbours, pass };
}

describe('drivers', () => {
  let t: ReturnType<typeof newTestNode>;
  beforeEach(() => (t = newTestNode()));
  afterEach(() => {
    t.socket.close();
    t.node.remove();
  });

  describe(LinkDriver.name, () => {
    it('makes bridge and tunnel, puts the tap in, and has nothing to do the second time', () => {
      t.node.ip(`link add ${TAP} type veth peer name guest`);
      t.links.setDesired('net', [...SEGMENT, tap()]);
      expect(t.pass()).toBeGreaterThan(0);
      expect([...SEGMENT, tap()].every(({ name }) => t.links.inSync(name))).toBe(true);
      const writes = t.socket.writes;
      expect(t.pass()).toBe(0);
      expect(t.socket.writes).toBe(writes);
      expect(t.node.ip('-d link show vxlan-48')).toMatch(/vxlan id 48 local 10.99.0.1 .*nolearning ttl 64/);
      expect(t.node.ip('-d link show vxlan-48')).toMatch(/learning off .*neigh_suppress on/);
      expect(t.node.ip(`link show ${TAP}`)).toMatch(/mtu 1450 .*master brq0a0a0a0a-0a/);
    });

    it('makes a tunnel again whose endpoint is another one, and leaves the bridge as it is', () => {
      t.links.setDesired('net', SEGMENT);
      t.pass();
      const index = () => /^(\d+):/.exec(t.node.ip(`link show ${BRIDGE}`))?.[1];
      const before = index();
      t.links.setDesired('net', [SEGMENT[0]!, { ...SEGMENT[1]!, local: '10.99.0.7' } as LinkSpec]);
      t.pass();
      expect(t.node.ip('-d link show vxlan-48')).toContain('local 10.99.0.7');
      expect(index()).toBe(before);
    });

    it("keeps the bridge's MAC and MTU when ports come and go", () => {
      t.links.setDesired('net', SEGMENT);
      t.pass();
      const bridge = () => t.node.ip(`link show ${BRIDGE}`).match(/mtu \d+|link\/ether \S+/g);
      const before = bridge();
      t.node.ip(`link add ${TAP} address 02:00:00:00:00:01 mtu 1300 type veth peer name guest`);
      t.node.ip(`link set ${TAP} master ${BRIDGE}`);
      expect(bridge()).toEqual(before);
    });

    it('refuses a card that carries an address, and takes it once it does not', () => {
      t.node.ip('link add nic0 type veth peer name wire');
      t.node.ip('addr add 192.0.2.1/24 dev nic0');
      t.links.setDesired('net', [SEGMENT[0]!, { kind: 'nic', name: 'nic0', master: BRIDGE }]);
      t.pass();
      expect(t.links.failures.get('nic0')?.error.message).toBe('nic0 carries 192.0.2.1/24');
      expect(t.node.ip('link show nic0')).not.toContain('master');
      t.node.ip('addr del 192.0.2.1/24 dev nic0');
      t.links.failures.forget('nic0');
      t.pass();
      expect(t.links.inSync('nic0')).toBe(true);
    });

    it('does not take a tap out of a bridge that is not ours', () => {
      t.node.ip('link add br-other type bridge');
      t.node.ip(`link add ${TAP} type veth peer name guest`);
      t.node.ip(`link set ${TAP} master br-other`);
      t.links.setDesired('net', [...SEGMENT, tap()]);
      t.pass();
      expect(t.links.failures.get(TAP)?.error.message).toContain('br-other');
      expect(t.node.ip(`link show ${TAP}`)).toContain('master br-other');
    });

    it('one refused device does not keep the others from being made', () => {
      t.links.setDesired('bad', [{ ...SEGMENT[1]!, name: 'vxlan-49', vni: 49, master: 'brq-nowhere' } as LinkSpec]);
      t.links.setDesired('good', SEGMENT);
      t.pass();
      expect(t.links.failures.get('vxlan-49')).toBeDefined();
      expect(t.links.inSync('vxlan-48')).toBe(true);
    });

    it('releases the tap, removes what it made, and touches nothing else', () => {
      t.node.ip(`link add ${TAP} type veth peer name guest`);
      t.node.ip('link add br-other type bridge');
      t.links.setDesired('net', [...SEGMENT, tap()]);
      t.pass();
      t.links.setDesired('net', []);
      t.pass();
      expect(
        t.node
          .ip('-br link')
          .replace(/@\S+/g, '')
          .split('\n')
          .map((line) => line.split(' ')[0])
          .sort(),
      ).toEqual(['', TAP, 'br-other', 'guest', 'lo'].sort());
      expect(t.pass()).toBe(0);
    });
  });

  describe('forwarding and neighbours', () => {
    const entries: ForwardingEntry[] = [
      { kind: 'tunnel', device: 'vxlan-48', mac: 'fa:16:3e:00:00:15', endpoint: '10.99.0.2' },
      { kind: 'bridge', device: 'vxlan-48', mac: 'fa:16:3e:00:00:15' },
      { kind: 'tunnel', device: 'vxlan-48', mac: FLOOD_MAC, endpoint: '10.99.0.2' },
      { kind: 'tunnel', device: 'vxlan-48', mac: FLOOD_MAC, endpoint: '10.99.0.3' },
    ];
    const known: NeighbourEntry[] = [
      { device: BRIDGE, ip: '10.0.0.21', mac: 'fa:16:3e:00:00:15' },
      { device: BRIDGE, ip: 'fd00::21', mac: 'fa:16:3e:00:00:15' },
    ];
    const pass = () => {
      t.forwarding.markDirty();
      t.neighbours.markDirty();
      return [t.forwarding, t.neighbours].reduce((sum, driver) => {
        driver.resync();
        return sum + driver.applyUpdates() + driver.applyDeletes();
      }, 0);
    };
    beforeEach(() => {
      t.links.setDesired('net', SEGMENT);
      t.pass();
      t.forwarding.setDesired('net', entries);
      t.neighbours.setDesired('net', known);
    });

    it('are written once, by one command each', () => {
      expect(pass()).toBe(entries.length + known.length);
      expect(pass()).toBe(0);
      expect(
        t.node
          .bridge('fdb show dev vxlan-48')
          .split('\n')
          .filter((line) => line.includes('dst')).length,
      ).toBe(3);
      expect(t.node.ip(`neigh show dev ${BRIDGE}`)).toMatch(/fd00::21 lladdr fa:16:3e:00:00:15 PERMANENT/);
    });

    it('follow a port that moves by one command, and lose the flood entry of a node that left', () => {
      pass();
      t.forwarding.setDesired('net', [
        { ...entries[0]!, endpoint: '10.99.0.3' } as ForwardingEntry,
        entries[1]!,
        entries[3]!,
      ]);
      expect(pass()).toBe(2);
      expect(t.node.bridge('fdb show dev vxlan-48')).not.toContain('10.99.0.2');
    });

    it('are found by mark: what an earlier agent left is removed', () => {
      t.node.bridge('fdb add fa:16:3e:aa:aa:aa dev vxlan-48 dst 10.99.0.9 self permanent');
      t.node.ip(`neigh add 10.0.0.99 lladdr fa:16:3e:aa:aa:aa dev ${BRIDGE} nud permanent`);
      pass();
      expect(t.node.bridge('fdb show dev vxlan-48')).not.toContain('fa:16:3e:aa:aa:aa');
      expect(t.node.ip(`neigh show dev ${BRIDGE}`)).not.toContain('10.0.0.99');
    });

    it('say which of them somebody else has changed', () => {
      pass();
      t.node.bridge('fdb del fa:16:3e:00:00:15 dev vxlan-48 dst 10.99.0.2 self');
      t.forwarding.markDirty();
      expect(t.forwarding.resync()).toEqual([
        expect.objectContaining({ kind: 'fdb', owner: 'net', what: 'vxlan-48 fa:16:3e:00:00:15 dst 10.99.0.2 self' }),
      ]);
    });
  });

  describe(NamespaceDriver.name, () => {
    it('makes a namespace with its inside once, and removes it with the device', () => {
      const prefix = `wq${t.node.name.slice(-6)}-`;
      const name = `${prefix}1`;
      const namespaces = new NamespaceDriver(standalone(systemClock), { marks: [{ prefix, devices: ['ns-'] }] });
      const spec: NamespaceSpec = {
        name,
        devices: [
          {
            name: 'ns-0b0b0b0b-0b',
            mtu: 1450,
            addresses: ['10.0.0.2/24', '169.254.169.254/16', 'fd00::2/64'],
            sysctls: [{ path: 'ipv6/conf/ns-0b0b0b0b-0b/accept_ra', value: '0' }],
          },
        ],
        routes: [{ destination: '0.0.0.0/0', gateway: '10.0.0.1', device: 'ns-0b0b0b0b-0b' }],
      };
      const peer = { netns: name, name: 'ns-0b0b0b0b-0b', mac: 'fa:16:3e:00:00:02' };
      const pass = () => {
        namespaces.markDirty();
        namespaces.resync();
        return namespaces.applyUpdates() + t.pass() + namespaces.interior.applyUpdates();
      };
      t.links.setDesired('net', [...SEGMENT, { kind: 'veth', name: TAP, mtu: 1450, master: BRIDGE, up: true, peer }]);
      namespaces.setDesired('net', [spec]);
      try {
        expect(pass()).toBeGreaterThan(0);
        expect(namespaces.inSync(name)).toBe(true);
        const writes = namespaces.writes;
        expect(pass()).toBe(0);
        expect(namespaces.writes).toBe(writes);
      } finally {
        namespaces.setDesired('net', []);
        namespaces.markDirty();
        namespaces.resync();
        namespaces.applyDeletes();
        namespaces.close();
      }
      expect(listNetns()).not.toContain(name);
      expect(t.node.ip('-br link')).not.toContain(TAP);
    });
  });

  it('finds out what the kernel can do by trying', () => {
    expect(probeCapabilities()).toEqual({
      vxlan: true,
      neighSuppress: expect.any(Boolean),
      vlan: expect.stringMatching(/^(8021q|bpf)$/),
      shaping: true,
      filter: true,
    });
  });
});
