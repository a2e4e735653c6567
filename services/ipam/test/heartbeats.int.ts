import { nodeFact, type Heartbeat, heartbeatSubject, type NodeFact } from '@weft/contracts';
import { admin, eventually } from '@weft/testing';
import { Harness } from './support';

let ipam: Harness;
beforeAll(async () => {
  ipam = await Harness.start();
});
afterAll(() => ipam.stop());

const heartbeat = (host: string, change: object = {}): Heartbeat => ({
  ...{ host, version: '0', startedAt: new Date().toISOString(), tunnelIp: null, bridgeMappings: {} },
  ...{ roles: ['l2'], availabilityZone: 'nova', inSync: true, counts: { ports: 1, writes: 2 ** 40 } },
  ...change,
});
const say = (host: string, change: object = {}) =>
  ipam.messaging.publish(heartbeatSubject(host), heartbeat(host, change));
const agentsOf = (host: string) => ipam.list('agents', { filters: { host: [host] } }, admin());
const isKnown = (host: string) => eventually(async () => expect(await agentsOf(host)).not.toEqual([]));
const tunnelOf = async (host: string) => {
  const [agent] = await agentsOf(host);
  return (agent?.configurations as { tunneling_ip: string | null }).tunneling_ip;
};
const factOf = async (host: string) => (await ipam.facts.load()).get(nodeFact.key(host));
const kill = (host: string) =>
  ipam.database.query(`UPDATE node SET heartbeat_at = now() - interval '1 hour' WHERE host = $1`, [host]);

describe('a heartbeat that is none', () => {
  it.each([
    ['no roles', { roles: undefined }],
    ['a role that nobody knows', { roles: ['l2', 'king'] }],
    ['roles as text', { roles: 'l2' }],
    ['a start that is no time', { startedAt: 'yesterday' }],
    ['a start on a day that is not', { startedAt: '2026-02-30T00:00:00Z' }],
    ['a tunnel to nowhere', { tunnelIp: '10.0.0.300' }],
    ['a tunnel that is a number', { tunnelIp: 7 }],
    ['mappings that are a list', { bridgeMappings: ['a'] }],
    ['what cannot be stored', { version: 'a\0b' }],
    ['what cannot be stored in JSON', { bridgeMappings: { a: '\ud800' } }],
    ['counts that are no numbers', { counts: { ports: 'many' } }],
    ['counts that no column holds', { counts: { ports: 2 ** 31 } }],
    ['a long version', { version: 'x'.repeat(256) }],
    ['many mappings', { bridgeMappings: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}`, 'eth0'])) }],
    ['a sync that is neither', { inSync: 'yes' }],
    ['no zone', { availabilityZone: null }],
  ])('with %s is dropped, and those beside it are heard', async (what, change) => {
    const [bad, good] = [`bad ${what}`, `good ${what}`];
    say(bad, change);
    say(good);
    await isKnown(good);
    expect(await agentsOf(bad)).toEqual([]);
    await kill(good);
    say(bad, change);
    say(good);
    await eventually(async () => expect(await agentsOf(good)).toMatchObject([{ alive: true }]));
  });

  it('nor harms the others when the database alone refuses it', async () => {
    await ipam.database.query(`ALTER TABLE node ADD CONSTRAINT picky CHECK (version <> 'refused')`);
    say('refused', { version: 'refused' });
    say('beside');
    await isKnown('beside');
    expect(await agentsOf('refused')).toEqual([]);
    say('refused');
    await isKnown('refused');
    await kill('beside');
    say('refused', { version: 'refused' });
    say('beside');
    await eventually(async () => expect(await agentsOf('beside')).toMatchObject([{ alive: true }]));
  });
});

describe('the tunnel address of a living node', () => {
  it('is not for another, new or known', async () => {
    say('holder', { tunnelIp: '10.1.0.1' });
    say('known', { tunnelIp: '10.1.0.2' });
    await isKnown('holder');
    await isKnown('known');
    await eventually(async () => (await factOf('known')) !== undefined);
    const before = (await factOf('known'))!;
    say('thief', { tunnelIp: '10.1.0.1' });
    say('known', { tunnelIp: '10.1.0.1', version: '1' });
    await isKnown('thief');
    await eventually(async () => expect(await agentsOf('known')).toMatchObject([{ configurations: { version: '1' } }]));
    expect([await tunnelOf('holder'), await tunnelOf('known'), await tunnelOf('thief')]).toEqual([
      ...['10.1.0.1', '10.1.0.2', null],
    ]);
    // Nothing has changed, so nobody is told.
    expect((await factOf('known'))!.generation).toBe(before.generation);
  });

  it('is one however it is written, also for two that come at once', async () => {
    say('six', { tunnelIp: 'fd00::1' });
    say('sixth', { tunnelIp: 'FD00:0::0001' });
    await isKnown('six');
    await isKnown('sixth');
    expect([await tunnelOf('six'), await tunnelOf('sixth')].sort()).toEqual(['fd00::1', null].sort());
  });

  it('may be taken from a dead one, which does not get it back while the other lives', async () => {
    say('old', { tunnelIp: '10.1.0.9' });
    await isKnown('old');
    await kill('old');
    say('new', { tunnelIp: '10.1.0.9' });
    await isKnown('new');
    expect([await tunnelOf('old'), await tunnelOf('new')]).toEqual([null, '10.1.0.9']);
    await eventually(async () => expect(((await factOf('old'))!.value as NodeFact).tunnelIp).toBeNull());
    say('old', { tunnelIp: '10.1.0.9' });
    await eventually(async () => expect(await agentsOf('old')).toMatchObject([{ alive: true }]));
    expect(await tunnelOf('old')).toBeNull();
    await kill('new');
    say('old', { tunnelIp: '10.1.0.9' });
    await eventually(async () => expect(await tunnelOf('old')).toBe('10.1.0.9'));
  });
});
