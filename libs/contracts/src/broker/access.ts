import { factKeysWrittenBy, FACTS_BUCKET, hostToken, tokenHost } from '../facts';
import { feedSubject } from '../feed';
import { HEALTH_SUBJECT } from '../health';
import { dropSubject, heartbeatSubject, reportSubject } from '../reports';
import type { ServiceName } from '../services';
import { TOKENS_REVOKED_SUBJECT } from '../tokens';

/** What credentials are for: each service, shared by its replicas, each node, and `operator`: health requests of the command line. */
export type BrokerRole = ServiceName | 'operator' | 'node';

/** A user of the broker. */
export type BrokerUser =
  | { readonly role: Exclude<BrokerRole, 'node'> }
  /** A node has credentials of its own, by its name. */
  | { readonly role: 'node'; readonly host: string };

/** What a role does over the broker, as subjects (`*`, `>`); {@link permissionsOf} derives its permissions. */
export interface BrokerAccess {
  /** Requests that it makes: roles that {@link responds} to them may publish to its inbox. */
  readonly requests?: readonly string[];
  /** Requests that it responds to. */
  readonly responds?: readonly string[];
  /** Messages without a reply. */
  readonly publishes?: readonly string[];
  readonly subscribes?: readonly string[];
  /** Keys of FACTS that it writes: each has one writer. Null: it reads them only. Absent: it has nothing to do with JetStream. */
  readonly facts?: readonly string[] | null;
}

/** Common to services with rows: responds for its resources, publishes events, and triggers its own relay. */
const service = (name: ServiceName, more: BrokerAccess): BrokerAccess => ({
  ...more,
  responds: [HEALTH_SUBJECT, `svc.${name}.>`, ...(more.responds ?? [])],
  publishes: [`event.${name}.>`, `outbox.${name}.kick`, ...(more.publishes ?? [])],
  subscribes: [`outbox.${name}.kick`, ...(more.subscribes ?? [])],
});

const SERVICES: Readonly<Record<Exclude<BrokerRole, 'node'>, BrokerAccess>> = {
  identity: service('identity', {}),
  ipam: service('ipam', {
    requests: ['svc.fwaas.references.>'],
    responds: ['report.ipam.*', 'drops.*'],
    subscribes: ['heartbeat.*'],
    facts: factKeysWrittenBy('ipam'),
  }),
  fwaas: service('fwaas', {
    requests: ['svc.ipam.references.>'],
    responds: ['report.fwaas.*'],
    facts: factKeysWrittenBy('fwaas'),
  }),
  'node-feed': {
    responds: [HEALTH_SUBJECT, feedSubject.attachAny],
    subscribes: [feedSubject.renewAny],
    publishes: ['node.*.feed'],
    facts: null,
  },
  'api-gateway': { requests: ['svc.>'], responds: [HEALTH_SUBJECT], subscribes: [TOKENS_REVOKED_SUBJECT] },
  operator: { requests: [HEALTH_SUBJECT] },
};

/** A node acts in its own name and receives its own feed, nothing else: every subject but the health request ends in its name. */
const node = (host: string): BrokerAccess => ({
  requests: [feedSubject.attach(host), reportSubject('*', host), dropSubject(host)],
  responds: [HEALTH_SUBJECT],
  publishes: [feedSubject.renew(host), heartbeatSubject(host)],
  subscribes: [feedSubject.node(host)],
});

export const accessOf = (user: BrokerUser): BrokerAccess =>
  user.role === 'node' ? node(user.host) : SERVICES[user.role];

/** Subjects that the broker permits; everything else is refused. */
export interface BrokerPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The name of a user: `ipam`, `node.host1`. */
export const brokerUserName = (user: BrokerUser): string =>
  user.role === 'node' ? `node.${hostToken(user.host)}` : user.role;

/** The user of that name; null: there is no such role. */
export function brokerUserOf(name: string): BrokerUser | null {
  const [role = '', token, ...rest] = name.split('.');
  if (role === 'node') return token && rest.length === 0 ? { role, host: tokenHost(token) } : null;
  return token === undefined && Object.hasOwn(SERVICES, role) ? { role: role as keyof typeof SERVICES } : null;
}

/** Replies arrive under a prefix of the user's own: with a common prefix every user could read all replies. */
export const inboxOf = (user: BrokerUser): string => `_INBOX.${brokerUserName(user)}`;
const ALL_NODES_INBOXES = '_INBOX.node.>';

/** A user's subjects, its inbox, the inboxes of the requesters it responds to, and JetStream's API where needed. */
export function permissionsOf(user: BrokerUser): BrokerPermissions {
  const { requests = [], responds = [], publishes = [], subscribes = [], facts } = accessOf(user);
  return {
    publish: [
      ...requests,
      ...publishes,
      ...requesterInboxes(responds),
      ...(facts === undefined ? [] : jetStream(facts)),
    ],
    subscribe: [`${inboxOf(user)}.>`, ...responds, ...subscribes],
  };
}

/** Inboxes of every role that requests something of it. */
function requesterInboxes(responds: readonly string[]): string[] {
  const meets = ({ requests = [] }: BrokerAccess) =>
    requests.some((request) => responds.some((subject) => overlap(request, subject)));
  const services = ROLES.filter((role) => meets(SERVICES[role])).map((role) => `${inboxOf({ role })}.>`);
  return [...services, ...(meets(node('any')) ? [ALL_NODES_INBOXES] : [])];
}

const ROLES = Object.keys(SERVICES) as (keyof typeof SERVICES)[];

/** Whether some subject fits both patterns. */
function overlap(a: string, b: string): boolean {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; ; i++) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined || y === undefined) return x === y;
    if (x === '>' || y === '>') return true;
    if (x !== y && x !== '*' && y !== '*') return false;
  }
}

/** Makes streams that are missing and follows the facts; what it writes of them. Never changes or deletes a stream. */
function jetStream(facts: readonly string[] | null): string[] {
  const stream = `KV_${FACTS_BUCKET}`;
  const streams = ['EVENTS', stream].flatMap((name) => [`STREAM.INFO.${name}`, `STREAM.CREATE.${name}`]);
  const consumer = [`CREATE.${stream}`, `CREATE.${stream}.>`, `INFO.${stream}.*`, `DELETE.${stream}.*`];
  return [
    ...['INFO', ...streams, ...consumer.map((verb) => `CONSUMER.${verb}`)].map((call) => `$JS.API.${call}`),
    `$JS.FC.${stream}.>`,
    ...(facts ? [`$JS.API.STREAM.PURGE.${stream}`, ...facts.map((key) => `$KV.${FACTS_BUCKET}.${key}`)] : []),
  ];
}
