import { FACTS, factDefinition, type FactValue, interestsOf, nodeFact, parseFactKey, portAssignmentFact } from '.';
import { SERVICE_NAMES } from '../services';

describe('FACTS', () => {
  it('has a key per kind that no node of an earlier version would misread', () => {
    expect(FACTS.map(({ kind, pattern }) => [kind, pattern])).toEqual([
      ['port-assignment', 'host.{host}.port.{port}'],
      ['dhcp-assignment', 'host.{host}.dhcp.{network}'],
      ['network', 'network.{network}'],
      ['network-port', 'network.{network}.port.{port}'],
      ['node', 'node.{host}'],
      ['qos-policy', 'qos.{policy}'],
      ['group-member', 'members.{group}.{port}'],
      ['security-group', 'group.{group}'],
      ['address-group', 'addresses.{group}'],
    ]);
  });

  it('gives the keys under one first token to one service', () => {
    for (const { head, writer } of FACTS) {
      expect(SERVICE_NAMES).toContain(writer);
      expect(new Set(FACTS.filter((fact) => fact.head === head).map((fact) => fact.writer))).toEqual(new Set([writer]));
    }
  });

  it.each(FACTS.map(({ kind }) => kind))('takes a key of %s apart again', (kind) => {
    const fact = factDefinition(kind);
    const parts = Object.fromEntries([...fact.pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, `${name}-1`]));
    const key = fact.keyOf(parts as never);
    expect(parseFactKey(key)).toEqual({ kind, ...parts });
    expect(key).toBe(fact.pattern.replace(/\{(\w+)\}/g, '$1-1'));
  });

  it('encodes host names as one subject token', () => {
    expect(nodeFact.key('rack.1')).toBe('node.rack=2E1');
    expect(portAssignmentFact.key('h*', 'p')).toBe('host.h=2A.port.p');
    expect(parseFactKey('host.h=2A.port.p')).toEqual({ kind: 'port-assignment', host: 'h*', port: 'p' });
  });

  it.each([
    '',
    'node',
    'router.R',
    'network.A.port',
    'network.A.trunk.t',
    'host.h.vpn.x',
    'members.g',
    'qos.a.b',
    'host.h.port.p.x',
  ])('does not know the key "%s"', (key) => expect(parseFactKey(key)).toBeNull());
});

describe(interestsOf, () => {
  const interests = (key: string, value: unknown) => interestsOf(parseFactKey(key)!, value as FactValue);

  it('asks for the network, policy and groups of a port', () => {
    const port = { port: 'p', network: 'N', qosPolicy: 'Q', security: { groups: ['G', 'H'], pairs: [] } };
    expect(interests('host.h.port.p', port)).toEqual(['network.N', 'qos.Q', 'group.G', 'group.H']);
    expect(interests('host.h.port.p', { ...port, qosPolicy: null, security: null })).toEqual(['network.N']);
    expect(interests('host.h.dhcp.N', { network: 'N', port: 'p' })).toEqual(['network.N']);
  });

  it('asks for the members and addresses that rules refer to, once', () => {
    const rules = [{ group: 'M' }, { group: 'M' }, { addressGroup: 'A' }, { prefix: '10.0.0.0/8' }, null];
    const value = { id: 'G', stateful: true, rules: rules.map((remote) => ({ remote })) };
    expect(interests('group.G', value)).toEqual(['members.M', 'addresses.A']);
    expect(interests('network.N', { id: 'N' })).toEqual([]);
  });
});
