import { join } from 'node:path';
import { type BrokerUser, brokerUserOf, SERVICE_NAMES, type ServiceName, SERVICES } from '@weft/contracts';
import { SUPERVISED_MARK, supervisedMark } from '@weft/lab';
import type { BrokerCredentials, Hosts, LabHost } from '@weft/lab';
import type { Passwords } from './credentials';
import type { Home } from './home';
import { REPOSITORY } from './home';

import type { Settings } from './settings';
import type { ProcessSpec } from './supervised-process';

/** Services of the control plane; the embedded identity is not needed beside a Keystone. */
export const servicesOf = ({ keystone }: Settings): ServiceName[] =>
  SERVICE_NAMES.filter((name) => name !== 'identity' || keystone === null);

/** Services with tables to migrate. */
export const migratingOf = (settings: Settings): ServiceName[] =>
  servicesOf(settings).filter((name) => SERVICES[name].hasSchema);

export interface PlanInput {
  readonly home: Home;
  readonly settings: Settings;
  readonly passwords: Passwords;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** Null: the broker lets everybody in. */
  readonly credentials: BrokerCredentials | null;
  /** The caller's: PATH, proxies, `OTEL_*`, and every `WEFT_*` that the operator set. */
  readonly env: NodeJS.ProcessEnv;
}

export const programOf = (service: string): string => join(REPOSITORY, 'services', service, 'dist', 'main.js');

/** `http://host:port`, where a client on this machine reaches a listener. */
export const urlOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;

/** `…/v3`: what clients put into `OS_AUTH_URL`. */
export const authUrlOf = ({ keystone, identity }: Settings): string => `${keystone?.url ?? urlOf(identity)}/v3`;

/** Whom the broker must know. */
export const brokerUsers = (hosts: readonly LabHost[]): BrokerUser[] => [
  ...[...SERVICE_NAMES, 'operator' as const].map((role) => ({ role })),
  ...hosts.map(({ name }) => ({ role: 'node' as const, host: name })),
];

/** What every process is told, agents included: no secret is among it, only where its own seed is. */
const commonEnvironment = (input: PlanInput, name: string, user: BrokerUser | null): NodeJS.ProcessEnv => {
  const { home, settings, natsUrl, credentials, env } = input;
  // What the operator may have set for the control plane is not a node's to know.
  const {
    WEFT_DATABASE_URL: _url,
    WEFT_BOOTSTRAP_ADMIN_PASSWORD: _admin,
    WEFT_BOOTSTRAP_DEMO_PASSWORD: _demo,
    WEFT_KEYSTONE_PASSWORD: _keystone,
    WEFT_NATS_SEED_FILE: _seed,
    ...rest
  } = env;
  return {
    ...rest,
    [SUPERVISED_MARK]: supervisedMark(home.dir, name),
    NODE_ENV: 'production',
    WEFT_HOME: home.dir,
    WEFT_SERVICE_NAME: name,
    WEFT_NATS_URL: natsUrl,
    ...(credentials && user && { WEFT_NATS_SEED_FILE: credentials.seedFile(user) }),
    WEFT_AUTH_URL: authUrlOf(settings),
  };
};

/** The environment of a control-plane service (docs/configuration.md). */
export const serviceEnvironment = (input: PlanInput, name: string): NodeJS.ProcessEnv => ({
  ...commonEnvironment(input, name, brokerUserOf(name)),
  WEFT_DATABASE_URL: input.databaseUrl,
  WEFT_API_HOST: input.settings.api.host,
  WEFT_API_PORT: String(input.settings.api.port),
  ...auditEnvironment(input, name),
  ...(name === 'identity' && identityEnvironment(input)),
  ...(name === 'api-gateway' &&
    input.settings.keystone && { WEFT_KEYSTONE_PASSWORD: input.settings.keystone.password }),
});

/** Writes are told of by who takes them in; each has a file of its own, for a file that rotates has one writer. */
const AUDITED: Readonly<Record<string, string>> = { 'api-gateway': '', identity: '-identity' };

function auditEnvironment({ home, env }: PlanInput, name: string): NodeJS.ProcessEnv {
  const suffix = AUDITED[name];
  if (suffix === undefined) return {};
  const { WEFT_AUDIT_LOG: path = join(home.logs, 'audit.log') } = env;
  return { WEFT_AUDIT_LOG: path === '' || path === '-' ? path : path.replace(/(\.[^./]*)?$/, `${suffix}$1`) };
}

const identityEnvironment = ({ settings, passwords }: PlanInput): NodeJS.ProcessEnv => ({
  WEFT_IDENTITY_HOST: settings.identity.host,
  WEFT_IDENTITY_PORT: String(settings.identity.port),
  WEFT_IDENTITY_URL: authUrlOf(settings),
  WEFT_NETWORK_URL: urlOf(settings.api),
  WEFT_BOOTSTRAP_ADMIN_PASSWORD: passwords.admin,
  WEFT_BOOTSTRAP_DEMO_PASSWORD: passwords.demo,
});

/** One process for each service of the control plane. */
export const controlPlane = (input: PlanInput): ProcessSpec[] =>
  servicesOf(input.settings).map((name) => ({
    name,
    onHost: false,
    argv: () => [process.execPath, '--enable-source-maps', programOf(name)],
    env: serviceEnvironment(input, name),
  }));

/**
 * One agent on each host; `mend` makes a host anew that has died. An agent gets no database and no passwords: a node that is
 * taken over knows none.
 */
export const agents = (
  input: PlanInput,
  lab: Hosts,
  hosts: readonly LabHost[],
  mend: () => Promise<void>,
): ProcessSpec[] =>
  hosts.map((host) => {
    const name = `node-agent-${host.name}`;
    const env = commonEnvironment(input, name, { role: 'node', host: host.name });
    return {
      name,
      onHost: true,
      argv: async () => {
        await mend();
        return lab.command(host.name, [
          'setpriv',
          '--pdeathsig=TERM',
          process.execPath,
          '--enable-source-maps',
          programOf('node-agent'),
        ]);
      },
      env: {
        ...env,
        ...collectorFor(env, host),
        WEFT_SERVICE_NAME: 'node-agent',
        WEFT_HOST: host.name,
        WEFT_TUNNEL_IP: host.tunnelIp,
        WEFT_BRIDGE_MAPPINGS: 'physnet1:eth1',
        WEFT_AGENT_STATE: join(input.home.hosts, host.name),
        WEFT_METADATA_DIR: input.home.metadata,
        WEFT_ROLES: input.env.WEFT_ROLES ?? 'l2,dhcp,metadata',
        WEFT_AVAILABILITY_ZONE: input.env.WEFT_AVAILABILITY_ZONE ?? 'nova',
      },
    };
  });

/** A collector on this machine's loopback is reached from a host by the machine's management address (it must listen there, too). */
function collectorFor({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: NodeJS.ProcessEnv, host: LabHost): NodeJS.ProcessEnv {
  if (!endpoint) return {};
  const url = new URL(endpoint);
  if (['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) url.hostname = host.machineIp;
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url.href };
}
