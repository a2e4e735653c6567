import { readFileSync } from 'node:fs';
import { lease, lease6, rebind } from './support/dhcp-clients';
import { dhcpFacts, guest, lan, mac, portFacts, portId, STATEFUL, tap } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = lan(
  14,
  { '10.14.0.0/24': { gatewayIp: '10.14.0.1' }, 'fd00:14::/64': STATEFUL },
  { dnsDomain: 'blue.example' },
);
const [vm, second, third] = [guest(21), guest(22), guest(23)];
const SERVERS = { host1: '10.14.0.2', host2: '10.14.0.3' } as const;
const HOSTS = ['host1', 'host2'] as const;

describe('leases of a network with two servers', () => {
  let nodes: LabNodes;
  /** Of the server; null while there is none: a starting dnsmasq removes the file, creates it and writes it, in three steps. */
  const pid = (host: string): string | null => {
    try {
      const written = readFileSync(`${nodes.stateDir(host)}/dhcp/${NET.id}/pid`, 'utf8');
      return /^(\d+)\n/.exec(written)?.[1] ?? null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
  const servesAgain = (host: string, before: string) =>
    eventually(`${host} serves again`, () => ![before, null].includes(pid(host)));
  const log = (host: string) => readFileSync(`${nodes.stateDir(host)}/dhcp/${NET.id}/log`, 'utf8');
  const refusals = (host: string) => log(host).match(/DHCPNAK.*/g) ?? [];
  const leases = (host: string) => readFileSync(`${nodes.stateDir(host)}/dhcp/${NET.id}/leases`, 'utf8');
  const onBoth = async (n: number, generation?: number) => {
    for (const host of HOSTS) await nodes.reported(host, 'dhcp', portId(n), 'proven', generation);
  };
  /** Runs work while one node's server hears and says nothing. */
  const without = async <T>(host: 'host1' | 'host2', work: () => Promise<T>): Promise<T> => {
    const device = tap(host === 'host1' ? 2 : 3);
    // Halting it would be healed; a filter on its tap is what a lost node looks like to clients.
    await nodes.exec(
      host,
      `nft 'add table netdev silent; add chain netdev silent in { type filter hook egress device ${device} priority 0; policy drop; }'`,
    );
    try {
      return await work();
    } finally {
      await nodes.exec(host, 'nft delete table netdev silent');
    }
  };

  beforeAll(async () => {
    nodes = await LabNodes.up(2);
    await Promise.all(HOSTS.map((host) => nodes.startAgent(host)));
    nodes.feed.put({
      ...NET.facts,
      ...dhcpFacts('host1', NET.port(2, 'host1')),
      ...dhcpFacts('host2', NET.port(3, 'host2')),
      ...portFacts(NET.port(21, 'host1')),
      ...portFacts(NET.port(22, 'host1')),
    });
    for (const n of [21, 22, 23]) await nodes.plug('host1', portId(n), mac(n));
    for (const n of [21, 22]) await nodes.reported('host1', 'wired', portId(n), 'proven');
    await nodes.reported('host1', 'wired', portId(2), 'proven');
    await nodes.reported('host2', 'wired', portId(3), 'proven');
    for (const n of [21, 22]) await onBoth(n);
  });
  afterAll(() => nodes.down());

  it('SC-5.21 both offer, the client takes one, and neither refuses it', async () => {
    expect((await lease(nodes, 'host1', vm))?.ip).toBe('10.14.0.21');
    const offer = `DHCPOFFER(ns-b000000X-00) 10.14.0.21 ${mac(21)}`;
    for (const [n, host] of HOSTS.entries())
      await eventually(`${host} has offered`, () => log(host).includes(offer.replace('X', String(n + 2))));
    for (const host of HOSTS) expect(refusals(host)).toEqual([]);
  });

  it('SC-5.21 a lease of one server is granted again by the other, after a reboot and when rebinding', async () => {
    const given = await without('host2', () => lease(nodes, 'host1', vm));
    expect(given?.serverid).toBe(SERVERS.host1);
    // INIT-REBOOT: a client that knows its address asks whoever is there.
    const again = await without('host1', () => lease(nodes, 'host1', vm, [], '10.14.0.21'));
    expect(again).toEqual({
      ...given,
      ...{ serverid: SERVERS.host2, siaddr: SERVERS.host2, staticroutes: again?.staticroutes },
    });
    // REBINDING with one that has forgotten all leases: the reservation is as good.
    const before = pid('host2')!;
    await nodes.exec('host2', `kill -9 ${before}; rm ${nodes.stateDir('host2')}/dhcp/${NET.id}/leases`);
    await servesAgain('host2', before);
    await nodes.reported('host2', 'dhcp', portId(21), 'proven');
    await nodes.exec('host1', 'ip addr replace 10.14.0.21/24 dev eth0', vm);
    expect(await without('host1', () => rebind(nodes, 'host1', vm, '10.14.0.21', mac(21)))).toBe(
      `ack ${SERVERS.host2}`,
    );
    expect(await without('host2', () => rebind(nodes, 'host1', vm, '10.14.0.21', mac(21)))).toBe(
      `ack ${SERVERS.host1}`,
    );
    await nodes.exec('host1', 'ip addr flush dev eth0 scope global', vm);
    for (const host of HOSTS) expect(refusals(host)).toEqual([]);
  });

  it('SC-5.13 a client renews with its server, after a restart of the agent and of dnsmasq', async () => {
    // A lease of two minutes is renewed after one; the signal makes a client renew at once, by unicast.
    await nodes.exec(
      'host1',
      `printf '#!/bin/sh\\necho "$1 $ip $serverid" >> /run/events\\n[ "$1" = bound ] && ip addr replace $ip/24 dev eth0\\nexit 0\\n' > /run/renew-script; chmod +x /run/renew-script; rm -f /run/events`,
    );
    await nodes.exec('host1', 'udhcpc -i eth0 -b -p /run/udhcpc.pid -s /run/renew-script >/dev/null 2>&1', vm);
    const events = () => nodes.exec('host1', 'cat /run/events 2>/dev/null || true');
    await eventually('the client is bound', async () => /^bound 10\.14\.0\.21 /m.test(await events()));
    const renewals = async () => (await events()).match(/^renew 10\.14\.0\.21 /gm)?.length ?? 0;
    // On a slow machine the client also renews by itself, after a minute: more than were asked for is right as well.
    const renew = async () => {
      const before = await renewals();
      await nodes.exec('host1', 'kill -USR1 $(cat /run/udhcpc.pid)');
      await eventually('the client has renewed', async () => (await renewals()) > before);
    };
    await renew();
    for (const host of HOSTS) {
      await nodes.stopAgent(host, 'SIGKILL');
      await nodes.startAgent(host);
    }
    await renew();
    const before = Object.fromEntries(HOSTS.map((host) => [host, pid(host)!]));
    const held = Object.fromEntries(HOSTS.map((host) => [host, leases(host)]));
    for (const host of HOSTS) await nodes.exec(host, `kill -9 ${before[host] as string}`);
    for (const host of HOSTS) await servesAgain(host, before[host] as string);
    // It writes the file anew as it starts.
    for (const host of HOSTS)
      await eventually(`${host} has kept its leases`, () =>
        leases(host).includes((held[host] as string).split(' ')[2] as string),
      );
    await renew();
    expect(await events()).not.toMatch(/deconfig[^]*deconfig/);
    await nodes.exec('host1', 'kill $(cat /run/udhcpc.pid)');
    for (const host of HOSTS) expect(refusals(host)).toEqual([]);
  });

  it('gives a freed address to another MAC at once, whichever server held the lease, in both families', async () => {
    for (const host of HOSTS) {
      const other = host === 'host1' ? 'host2' : 'host1';
      await without(other, () => lease(nodes, 'host1', second));
      await without(other, () => lease6(nodes, 'host1', second));
    }
    for (const host of HOSTS) expect(leases(host)).toMatch(/ 10\.14\.0\.22 [^]* fd00:14::16 /);
    // In one change: the address is never free.
    const generation = nodes.feed.put({
      [`network.${NET.id}.port.${portId(22)}`]: null,
      [`host.host1.port.${portId(22)}`]: null,
      ...portFacts(NET.port(23, 'host1', NET.at(22))),
    });
    await onBoth(23, generation);
    await nodes.reported('host1', 'wired', portId(23), 'proven');
    for (const host of HOSTS) {
      const other = host === 'host1' ? 'host2' : 'host1';
      expect(await without(other, () => lease(nodes, 'host1', third))).toMatchObject({
        ip: '10.14.0.22',
        serverid: SERVERS[host],
      });
      expect(await without(other, () => lease6(nodes, 'host1', third))).toMatchObject({ ip6_address: 'fd00:14::16' });
    }
    for (const host of HOSTS) expect(refusals(host)).toEqual([]);
  });

  it('a changed address is taken up at the next renewal: the old one is refused, by both alike', async () => {
    await nodes.exec('host1', 'ip addr replace 10.14.0.22/24 dev eth0', third);
    const generation = nodes.feed.put(portFacts(NET.port(23, 'host1', NET.at(99))));
    await onBoth(23, generation);
    for (const host of HOSTS) {
      const other = host === 'host1' ? 'host2' : 'host1';
      const answer = await without(other, () => rebind(nodes, 'host1', third, '10.14.0.22', mac(23)));
      expect(answer).toBe(`nak ${SERVERS[host]}`);
    }
    await nodes.exec('host1', 'ip addr flush dev eth0 scope global', third);
    expect((await lease(nodes, 'host1', third))?.ip).toBe('10.14.0.99');
  });

  it('leases for as long as the operator says', async () => {
    await nodes.stopAgent('host1');
    await nodes.startAgent('host1', { WEFT_DHCP_LEASE_SECONDS: '600' });
    await nodes.reported('host1', 'dhcp', portId(21), 'proven');
    const given = () => without('host2', () => lease(nodes, 'host1', vm));
    await eventually('the new time is in force', async () => (await given())?.lease === '600');
    expect(await given()).toMatchObject({ opt58: '0000012c', opt59: '0000020d' });
  }, 60_000);
});
