import { FilterDriver } from '@weft/dataplane';
import { FilterBridge, filterOf, group, groupId, policy, rule } from './support/filter-bridge';

const BRIDGE = 'brqa0000001-00';
const MACS = { a: 'fa:16:3e:00:00:01', b: 'fa:16:3e:00:00:02' } as const;
const TAPS = { a: 'tapb0000001-00', b: 'tapb0000002-00' } as const;
const ICMP = { protocol: 1 };
const GROUP = groupId(1);
const SENDS = rule('egress');

describe(FilterDriver.name, () => {
  let t: FilterBridge;
  const network = (groups: readonly number[] = [1]) =>
    filterOf(BRIDGE, {
      ports: [
        { device: TAPS.a, policy: policy(MACS.a, ['10.0.0.1'], groups) },
        { device: TAPS.b, policy: policy(MACS.b, ['10.0.0.2'], groups) },
      ],
    });

  beforeEach(() => {
    t = new FilterBridge();
    t.bridge(BRIDGE);
    t.driver.setNetwork('net', network());
    t.driver.setGroup(GROUP, group(1, [SENDS]));
    expect(t.pass()).toBeGreaterThan(0);
    t.guest('a', TAPS.a, BRIDGE, MACS.a, ['10.0.0.1/24']);
    t.guest('b', TAPS.b, BRIDGE, MACS.b, ['10.0.0.2/24']);
  });
  afterEach(() => t.remove());

  it('lets pass what a rule allows and its replies, and nothing else', () => {
    expect(t.reaches('a', '10.0.0.2')).toBe(false);
    t.driver.setGroup(GROUP, group(1, [SENDS, rule('ingress', ICMP)]));
    t.pass();
    expect(t.reaches('a', '10.0.0.2')).toBe(true);
    t.driver.setGroup(GROUP, group(1, [SENDS]));
    t.pass();
  });

  it('has nothing to do the second time, nor after a restart', () => {
    const said = () => {
      t.driver.setNetwork('net', network());
      t.driver.setGroup(GROUP, group(1, [SENDS]));
      t.driver.setMember(GROUP, 'p', ['10.0.0.1', '2001:db8::1', '10.1.0.0/16', '2001:db8:1::/64']);
      t.driver.setAddressGroup(GROUP, ['0.0.0.0/0', '::/0']);
    };
    expect(t.pass()).toBe(0);
    said();
    expect(t.pass()).toBe(1);
    t.driver.close();
    t.driver = t.newDriver();
    said();
    expect(t.pass()).toBe(0);
    expect(t.flushed).toEqual([1]);
  });

  it('SC-6.6 replies pass where groups are stateful, and where they are not each packet needs its rule', () => {
    const opens = (stateful: boolean) => {
      t.driver.setGroup(GROUP, group(1, [SENDS], stateful));
      t.driver.setGroup(groupId(2), group(2, [rule('ingress', { ...ICMP, icmp: { type: 8, code: null } })], stateful));
      t.driver.setNetwork(
        'net',
        filterOf(BRIDGE, {
          ports: [
            { device: TAPS.a, policy: policy(MACS.a, ['10.0.0.1'], [1]) },
            { device: TAPS.b, policy: policy(MACS.b, ['10.0.0.2'], [1, 2]) },
          ],
        }),
      );
      t.pass();
    };
    opens(true);
    expect(t.reaches('a', '10.0.0.2')).toBe(true);
    opens(false);
    expect(t.reaches('a', '10.0.0.2')).toBe(false);
    // The reply is what was missing.
    t.driver.setGroup(GROUP, group(1, [SENDS, rule('ingress', { ...ICMP, icmp: { type: 0, code: 0 } })], false));
    t.pass();
    expect(t.reaches('a', '10.0.0.2')).toBe(true);
  });

  it('makes its tables anew when somebody else has touched them, in one transaction', () => {
    t.nft('add rule bridge weft_filter ingress accept');
    t.driver.markDirty();
    // Without the notification, which the agent listens to, a look at what is there suffices for chains that are not ours.
    t.nft('add chain bridge weft_filter strange');
    expect(t.pass()).toBe(1);
    expect(t.nft('list chains bridge')).not.toContain('strange');
    expect(t.pass()).toBe(0);
  });

  it('closes a port of which a group is not known', () => {
    t.driver.setNetwork('net', network([1, 2]));
    t.pass();
    expect(t.nft('list map bridge weft_filter from')).toContain('goto drop-egress-port-closed');
    expect(t.driver.inSync(TAPS.a)).toBe(true);
    expect(t.driver.unknownGroups(TAPS.a)).toHaveLength(1);
  });
});
