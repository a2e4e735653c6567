import { FACTS, parseFactKey } from '../facts';
import { feedSubject } from '../feed';
import { dropSubject, heartbeatSubject, reportSubject } from '../reports';
import { RESOURCES } from '../resources';
import { resourceSubject } from '../rpc';
import { securitySubject } from '../security-references';
import { TOKENS_REVOKED_SUBJECT, VALIDATE_TOKEN_SUBJECT } from '../tokens';
import { SERVICE_NAMES } from '../services';
import { type BrokerUser, brokerUserName, brokerUserOf, inboxOf, permissionsOf } from './access';

/** As the broker matches a subject with a pattern. */
const fits = (subject: string, pattern: string): boolean => {
  const parts = pattern.split('.');
  const tokens = subject.split('.');
  return parts.every((part, i) => part === '>' || (tokens[i] !== undefined && (part === '*' || part === tokens[i])))
    ? parts.at(-1) === '>'
      ? tokens.length >= parts.length
      : tokens.length === parts.length
    : false;
};
const may = (user: BrokerUser, verb: 'publish' | 'subscribe', subject: string) =>
  permissionsOf(user)[verb].some((pattern) => fits(subject, pattern));

const host1: BrokerUser = { role: 'node', host: 'host1' };
const others: BrokerUser[] = [...SERVICE_NAMES.map((role) => ({ role })), { role: 'operator' }];

describe(permissionsOf, () => {
  it('lets a node do exactly this', () => {
    expect(permissionsOf(host1)).toEqual({
      publish: [
        'feed.attach.host1',
        'report.*.host1',
        'drops.host1',
        'feed.renew.host1',
        'heartbeat.host1',
        '_INBOX.operator.>',
      ],
      subscribe: ['_INBOX.node.host1.>', 'health.ping', 'node.host1.feed'],
    });
  });

  it('keeps nodes whose names look alike apart, whatever is in a name', () => {
    const wild: BrokerUser = { role: 'node', host: '*' };
    const report = (host: string) => reportSubject('ipam', host);
    for (const subject of [feedSubject.attach, heartbeatSubject, dropSubject, report]) {
      expect(may(wild, 'publish', subject('*'))).toBe(true);
      expect(may(wild, 'publish', subject('host1'))).toBe(false);
      expect(may({ role: 'node', host: 'host1.a' }, 'publish', subject('host1'))).toBe(false);
    }
    expect(may({ role: 'node', host: '>' }, 'subscribe', feedSubject.node('host1'))).toBe(false);
  });

  it.each([
    [{ role: 'api-gateway' }, ...RESOURCES.map((one) => resourceSubject(one, 'create'))],
    [{ role: 'api-gateway' }, VALIDATE_TOKEN_SUBJECT],
    [{ role: 'ipam' }, securitySubject.resolve, securitySubject.grants],
    [{ role: 'fwaas' }, securitySubject.put, securitySubject.allGrants],
    [{ role: 'identity' }, TOKENS_REVOKED_SUBJECT],
    [{ role: 'node-feed' }, feedSubject.node('host1')],
  ] as [BrokerUser, ...string[]][])('lets %j publish what its work needs', (user, ...subjects) => {
    expect(subjects.filter((subject) => !may(user, 'publish', subject))).toEqual([]);
  });

  it('lets one service write a fact, and no node', () => {
    const owners = FACTS.map((fact) => {
      const key = fact.pattern.replace(/\{\w+\}/g, 'x');
      const writers = [...others, host1].filter((user) => may(user, 'publish', `$KV.FACTS.${key}`));
      return [parseFactKey(key)?.kind, ...writers.map(({ role }) => role)];
    });
    expect(owners).toEqual([
      ['port-assignment', 'ipam'],
      ['dhcp-assignment', 'ipam'],
      ['network', 'ipam'],
      ['network-port', 'ipam'],
      ['node', 'ipam'],
      ['qos-policy', 'ipam'],
      ['group-member', 'ipam'],
      ['security-group', 'fwaas'],
      ['address-group', 'fwaas'],
    ]);
  });

  it('lets no role read the replies to another', () => {
    for (const user of [...others, host1])
      for (const other of [...others, host1])
        expect(may(user, 'subscribe', `${inboxOf(other)}.x`)).toBe(brokerUserName(user) === brokerUserName(other));
  });

  it('lets no other role respond for a service', () => {
    for (const user of [...others, host1])
      for (const name of SERVICE_NAMES)
        expect(may(user, 'subscribe', `svc.${name}.x.show`)).toBe(
          user.role === name && !['node-feed', 'api-gateway'].includes(name),
        );
  });

  it('lets responders publish to the inboxes of requesters', () => {
    const answers: [BrokerUser, BrokerUser, boolean][] = [
      [{ role: 'ipam' }, host1, true],
      [{ role: 'fwaas' }, host1, true],
      [{ role: 'node-feed' }, host1, true],
      [{ role: 'ipam' }, { role: 'fwaas' }, true],
      [{ role: 'ipam' }, { role: 'api-gateway' }, true],
      [{ role: 'identity' }, { role: 'api-gateway' }, true],
      [host1, { role: 'operator' }, true],
      [host1, { role: 'node', host: 'host2' }, false],
      [host1, { role: 'api-gateway' }, false],
      [{ role: 'identity' }, host1, false],
      [{ role: 'api-gateway' }, { role: 'ipam' }, false],
    ];
    for (const [from, to, allowed] of answers) expect(may(from, 'publish', `${inboxOf(to)}.x`)).toBe(allowed);
  });

  it('gives JetStream to services with facts only, and never the change or deletion of a stream', () => {
    for (const user of [...others, host1]) {
      const keeps = ['ipam', 'fwaas', 'node-feed'].includes(user.role);
      expect(may(user, 'publish', '$JS.API.CONSUMER.CREATE.KV_FACTS.x.$KV.FACTS.>')).toBe(keeps);
      for (const call of ['STREAM.DELETE.KV_FACTS', 'STREAM.UPDATE.KV_FACTS', 'STREAM.MSG.GET.KV_FACTS'])
        expect(may(user, 'publish', `$JS.API.${call}`)).toBe(false);
    }
  });
});

describe(brokerUserOf, () => {
  it.each(['ipam', 'operator', 'node.host1', 'node.rack=2E1'])('knows %s by its name', (name) => {
    expect(brokerUserName(brokerUserOf(name)!)).toBe(name);
  });

  it.each(['', 'node', 'node.', 'node.a.b', 'unknown', 'ipam.x', 'toString'])('knows no "%s"', (name) => {
    expect(brokerUserOf(name)).toBeNull();
  });
});
