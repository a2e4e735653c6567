import { hostname } from 'node:os';
import { isIP } from 'node:net';

export type Role = 'l2' | 'dhcp' | 'metadata';
const ROLES: readonly Role[] = ['l2', 'dhcp', 'metadata'];

/** What the operator says about this node (docs/configuration.md). */
export interface AgentConfig {
  readonly natsUrl: string;
  readonly host: string;
  /** Underlay address of the tunnel endpoint; null: no overlay networks on this node. */
  readonly tunnelIp: string | null;
  /** Physical network → card. */
  readonly bridgeMappings: Readonly<Record<string, string>>;
  /** Directory: facts, and the files of daemons. */
  readonly stateDir: string;
  /** Static metadata, `<instance id>/<path>`; null: only what follows from the port. */
  readonly metadataDir: string | null;
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
  return {
    natsUrl: env.WEFT_NATS_URL ?? 'nats://127.0.0.1:4222',
    host: env.WEFT_HOST || hostname(),
    tunnelIp,
    bridgeMappings: Object.fromEntries(list(env.WEFT_BRIDGE_MAPPINGS ?? '').map(mapping)),
    stateDir: env.WEFT_AGENT_STATE || '/var/lib/weft/agent',
    metadataDir: env.WEFT_METADATA_DIR || null,
    roles: roles as Role[],
    availabilityZone: env.WEFT_AVAILABILITY_ZONE || 'nova',
    restoreWaitMs,
  };
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
