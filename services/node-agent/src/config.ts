import { hostname } from 'node:os';
import { isIP } from 'node:net';
import type { MetadataUpstream } from './metadata/upstream.source';

export type Role = 'l2' | 'dhcp' | 'metadata';
const ROLES: readonly Role[] = ['l2', 'dhcp', 'metadata'];

export interface DhcpConfig {
  /** Seconds. */
  readonly leaseTime: number;
  /** Resolvers that the networks' DNS servers ask for other names; null: the host's. */
  readonly resolvers: readonly string[] | null;
}

/** What the operator says about this node (docs/configuration.md). */
export interface AgentConfig {
  readonly host: string;
  /** Underlay address of the tunnel endpoint; null: no overlay networks on this node. */
  readonly tunnelIp: string | null;
  /** Physical network → card. */
  readonly bridgeMappings: Readonly<Record<string, string>>;
  /** Directory: facts, and the files of daemons. */
  readonly stateDir: string;
  /** What instances are told without an upstream, `<instance id>/…`; null: only what follows from the port. */
  readonly metadataDir: string | null;
  /** The metadata API that answers; null: the node itself. */
  readonly metadataUpstream: MetadataUpstream | null;
  readonly dhcp: DhcpConfig;
  readonly roles: readonly Role[];
  readonly availabilityZone: string;
  /** How long to wait for the control plane before the state on disk is restored, ms. */
  readonly restoreWaitMs: number;
}

/** @throws Error with one sentence for the operator. */
export function readConfig(env: NodeJS.ProcessEnv): AgentConfig {
  const tunnelIp = env.WEFT_TUNNEL_IP || null;
  if (tunnelIp && !isIP(tunnelIp)) throw new Error(`WEFT_TUNNEL_IP is not an IP address: ${tunnelIp}`);
  const roles = list(env.WEFT_ROLES ?? ROLES.join(','));
  const unknown = roles.find((role) => !ROLES.includes(role as Role));
  if (unknown) throw new Error(`WEFT_ROLES names ${unknown}; known are ${ROLES.join(', ')}`);
  const restoreWaitMs = Number(env.WEFT_RESTORE_WAIT_MS ?? 5_000);
  if (!Number.isFinite(restoreWaitMs) || restoreWaitMs < 0)
    throw new Error('WEFT_RESTORE_WAIT_MS is not a number of ms');
  const dhcp = dhcpConfig(env);
  return {
    host: env.WEFT_HOST || hostname(),
    tunnelIp,
    bridgeMappings: Object.fromEntries(list(env.WEFT_BRIDGE_MAPPINGS ?? '').map(mapping)),
    stateDir: env.WEFT_AGENT_STATE || '/var/lib/weft/agent',
    metadataDir: env.WEFT_METADATA_DIR || null,
    metadataUpstream: metadataUpstream(env),
    dhcp,
    roles: roles as Role[],
    availabilityZone: env.WEFT_AVAILABILITY_ZONE || 'nova',
    restoreWaitMs,
  };
}

/** Below it a lease is too short for clients to renew in time (dnsmasq's own least). */
const MIN_LEASE_TIME = 120;

function dhcpConfig(env: NodeJS.ProcessEnv): DhcpConfig {
  const leaseTime = Number(env.WEFT_DHCP_LEASE_SECONDS || 86_400);
  if (!Number.isInteger(leaseTime) || leaseTime < MIN_LEASE_TIME || leaseTime >= 2 ** 32)
    throw new Error(`WEFT_DHCP_LEASE_SECONDS is not a number of seconds from ${MIN_LEASE_TIME}`);
  const given = env.WEFT_DNS_SERVERS || null;
  const resolvers = given === null ? null : given === 'none' ? [] : list(given);
  const wrong = resolvers?.find((ip) => isIP(ip) === 0);
  if (wrong !== undefined) throw new Error(`WEFT_DNS_SERVERS names ${wrong}, which is not an IP address`);
  return { leaseTime, resolvers };
}

function metadataUpstream(env: NodeJS.ProcessEnv): MetadataUpstream | null {
  if (!env.WEFT_METADATA_UPSTREAM) return null;
  const url = URL.canParse(env.WEFT_METADATA_UPSTREAM) ? new URL(env.WEFT_METADATA_UPSTREAM) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new Error('WEFT_METADATA_UPSTREAM is not an http or https URL');
  const secret = env.WEFT_METADATA_SHARED_SECRET;
  // Without it the metadata API would believe any instance id, or none.
  if (!secret) throw new Error('WEFT_METADATA_UPSTREAM needs WEFT_METADATA_SHARED_SECRET');
  const timeoutMs = Number(env.WEFT_METADATA_TIMEOUT_MS || 10_000);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1) throw new Error('WEFT_METADATA_TIMEOUT_MS is not a number of ms');
  return { url, secret, timeoutMs };
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function mapping(text: string): [string, string] {
  const [network, device, ...rest] = text.split(':');
  if (!network || !device || rest.length > 0)
    throw new Error(`WEFT_BRIDGE_MAPPINGS: "${text}" is not <physical network>:<device>`);
  return [network, device];
}
