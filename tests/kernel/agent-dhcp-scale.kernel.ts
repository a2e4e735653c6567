import { readFileSync } from 'node:fs';
import type { FactValue } from '@weft/contracts';
import { lease, resolve } from './support/dhcp-clients';
import { dhcpFacts, guest, lan, mac, portFacts, portId } from './support/facts';
import { LabNodes, eventually } from './support/lab-nodes';

const NET = lan(5, { '10.5.0.0/16': {} });
const PORTS = 5_000;
const FIRST = 256;

describe(`a network of ${PORTS} ports`, () => {
  let nodes: LabNodes;
  const numbers = Array.from({ length: PORTS }, (_, i) => FIRST + i);
  const last = numbers.at(-1) as number;
  const vm = guest(last);
  const pid = () => readFileSync(`${nodes.stateDir('host1')}/dhcp/${NET.id}/pid`, 'utf8').trim();
  const proven = () => numbers.filter((n) => nodes.feed.report('host1', 'dhcp', portId(n))?.state === 'proven').length;

  beforeAll(async () => {
    nodes = await LabNodes.up(1);
    const facts: Record<string, FactValue> = {
      ...NET.facts,
      ...dhcpFacts('host1', NET.port(2, 'host1')),
    };
    // All but the last are elsewhere: what is measured is DHCP, not taps.
    for (const n of numbers) Object.assign(facts, portFacts(NET.port(n, n === last ? 'host1' : 'host9')));
    nodes.feed.put(facts);
  });
  afterAll(() => nodes.down());

  it('is proven whole from a cold start', async () => {
    await nodes.startAgent('host1');
    await eventually(
      'every reservation is proven',
      () => proven() === PORTS,
      30_000,
      () => nodes.log('host1'),
    );
  });

  it('gives the last of them its lease and its name', async () => {
    await nodes.plug('host1', portId(last), mac(last));
    await nodes.reported('host1', 'wired', portId(last), 'proven');
    const ip = NET.at(last).addresses[0]!.ip;
    expect((await lease(nodes, 'host1', vm))?.ip).toBe(ip);
    await nodes.exec('host1', `ip addr add ${ip}/16 dev eth0`, vm);
    expect(await resolve(nodes, 'host1', vm, `host-${ip.replaceAll('.', '-')}.openstacklocal`, '10.5.0.2')).toEqual([
      ip,
    ]);
  });

  it('takes one more, changed and deleted ones, by a signal', async () => {
    const before = pid();
    for (let i = 1; i <= 10; i++) {
      const generation = nodes.feed.put(portFacts(NET.port(last + i, 'host9')));
      await nodes.reported('host1', 'dhcp', portId(last + i), 'proven', generation);
    }
    const text = () => readFileSync(`${nodes.stateDir('host1')}/dhcp/${NET.id}/host`, 'utf8');
    expect(text().match(/\n/g)).toHaveLength(PORTS + 10);
    nodes.feed.put({ [`network.${NET.id}.port.${portId(last + 1)}`]: null });
    await eventually('its reservation is gone', () => !text().includes(mac(last + 1)));
    expect(pid()).toBe(before);
  });

  it('is adopted by the next agent, with nothing written', async () => {
    const before = pid();
    await nodes.stopAgent('host1', 'SIGKILL');
    nodes.feed.reports.clear();
    await nodes.startAgent('host1');
    await eventually(
      'every reservation is proven again',
      () => proven() === PORTS,
      30_000,
      () => nodes.log('host1'),
    );
    expect(pid()).toBe(before);
    expect(nodes.feed.drift).toEqual([]);
  });
});
