import { factKeysWrittenBy, FACTS_BUCKET, hostToken, tokenHost } from '../facts';
import { feedSubject } from '../feed';
import { HEALTH_SUBJECT } from '../health';
import { dropSubject, heartbeatSubject, reportSubject } from '../reports';
import { TOKENS_REVOKED_SUBJECT } from '../tokens';

/** Services of the control plane, each with credentials of its own, which its replicas share. */
export const BROKER_SERVICES = ['identity', 'ipam', 'fwaas', 'node-feed', 'api-gateway'] as const;
export type BrokerService = (typeof BROKER_SERVICES)[number];
/** What credentials may be for; `operator`: who asks processes how they are. */
export type BrokerRole = BrokerService | 'operator' | 'node';

/** Somebody whom the broker knows. */
export type BrokerUser =
  | { readonly role: Exclude<BrokerRole, 'node'> }
  /** A node has credentials of its own, by its name. */
  | { readonly role: 'node'; readonly host: string };

/** What a role does over the broker, as subjects (`*`, `>`); {@link permissionsOf} makes permissions of it. */
export interface BrokerAccess {
  /** Requests that it makes: whoever {@link answers} them may write into its inbox. */
  readonly asks?: readonly string[];
  readonly answers?: readonly string[];
  /** What it publishes and nobody answers. */
  readonly says?: readonly string[];
  readonly hears?: readonly string[];
  /** Keys of FACTS that it writes: each has one writer. Null: it reads them only. Absent: it has nothing to do with JetStream. */
  readonly facts?: readonly string[] | null;
}

/** What nearly every service does: answers for its resources, says what happened, and wakes its own relay. */
const service = (name: BrokerService, more: BrokerAccess): BrokerAccess => ({
  ...more,
  answers: [HEALTH_SUBJECT, `svc.${name}.>`, ...(more.answers ?? [])],
  says: [`event.${name}.>`, `outbox.${name}.kick`, ...(more.says ?? [])],
  hears: [`outbox.${name}.kick`, ...(more.hears ?? [])],
});

const SERVICES: Readonly<Record<Exclude<BrokerRole, 'node'>, BrokerAccess>> = {
  identity: service('identity', {}),
  ipam: service('ipam', {
    asks: ['svc.fwaas.references.>'],
    answers: ['report.ipam.*', 'drops.*'],
    hears: ['heartbeat.*'],
    facts: factKeysWrittenBy('ipam'),
  }),
  fwaas: service('fwaas', {
    asks: ['svc.ipam.references.>'],
    answers: ['report.fwaas.*'],
    facts: factKeysWrittenBy('fwaas'),
  }),
  'node-feed': {
    answers: [HEALTH_SUBJECT, feedSubject.attachAny],
    hears: [feedSubject.renewAny],
    says: ['node.*.feed'],
    facts: null,
  },
  'api-gateway': { asks: ['svc.>'], answers: [HEALTH_SUBJECT], hears: [TOKENS_REVOKED_SUBJECT] },
  operator: { asks: [HEALTH_SUBJECT] },
};

/** A node speaks for itself, is fed what concerns it, and nothing else: every subject but the question for health bears its name. */
const node = (host: string): BrokerAccess => ({
  asks: [feedSubject.attach(host), reportSubject('*', host), dropSubject(host)],
  answers: [HEALTH_SUBJECT],
  says: [feedSubject.renew(host), heartbeatSubject(host)],
  hears: [feedSubject.node(host)],
});

export const accessOf = (user: BrokerUser): BrokerAccess =>
  user.role === 'node' ? node(user.host) : SERVICES[user.role];

/** What a broker lets a user do: all else is refused. */
export interface BrokerPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What a user is called: `ipam`, `node.host1`. */
export const brokerUserName = (user: BrokerUser): string =>
  user.role === 'node' ? `node.${hostToken(user.host)}` : user.role;

/** The user of that name; null: there is no such role. */
export function brokerUserOf(name: string): BrokerUser | null {
  const [role = '', token, ...rest] = name.split('.');
  if (role === 'node') return token && rest.length === 0 ? { role, host: tokenHost(token) } : null;
  return token === undefined && Object.hasOwn(SERVICES, role) ? { role: role as keyof typeof SERVICES } : null;
}

/** Replies arrive under a prefix of the user's own: with a common one each could read what is told to all others. */
export const inboxOf = (user: BrokerUser): string => `_INBOX.${brokerUserName(user)}`;
const ALL_NODES_INBOXES = '_INBOX.node.>';

/** One table for all brokers: a user's subjects, his inbox, the inboxes of those whom he answers, and JetStream's API where he needs it. */
export function permissionsOf(user: BrokerUser): BrokerPermissions {
  const { asks = [], answers = [], says = [], hears = [], facts } = accessOf(user);
  return {
    publish: [...asks, ...says, ...askersOf(answers), ...(facts === undefined ? [] : jetStream(facts))],
    subscribe: [`${inboxOf(user)}.>`, ...answers, ...hears],
  };
}

/** Inboxes of every role that asks something of it. */
function askersOf(answers: readonly string[]): string[] {
  const meets = ({ asks = [] }: BrokerAccess) => asks.some((asked) => answers.some((one) => overlap(asked, one)));
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
