import { hostToken } from './facts';

/**
 * Reports: what is true on a node. They are state, not events: an agent keeps the newest report of each
 * (object, component) until the owning service has acknowledged it, and sends all of them again when it attaches, so that
 * no outage of NATS or of the service loses one.
 *
 * Subject `report.<service>.<host>`: a NATS request, answered once the report is committed in PostgreSQL.
 */
export const reportSubject = (service: string, host: string): string => `report.${service}.${hostToken(host)}`;

/** The parts of an object that nodes prove one by one. */
export type Component =
  /** The port's tap is in the network's bridge, up, with the right MTU; its network's segment is up on the node. */
  | 'wired'
  /** The port's security is in force as its rules say: anti-spoofing, and its groups' chains. */
  | 'filtered'
  /** The node's DHCP server has the port's reservation, and it was read back. */
  | 'dhcp';

export const PROOF_STATES = [
  /** Applied and read back. */
  'proven',
  /** Received and being worked on. */
  'pending',
  /** Nothing is wrong, but the node lacks the device (the instance's tap does not exist). */
  'absent',
  /** Failed; will be tried again. */
  'error',
] as const;
export type ProofState = (typeof PROOF_STATES)[number];

/** Why something is not proven. Codes are contract: clients may switch on them. */
export type ReasonCode =
  | 'tap-missing'
  | 'network-unknown'
  | 'admin-down'
  | 'kernel-refused'
  | 'daemon-failed'
  | 'unsupported-on-node'
  | 'no-physical-network'
  | 'waiting-for-node'
  | 'node-dead'
  | 'not-bound'
  | 'no-dhcp-node'
  /** The rules of one of its security groups have not arrived: nothing passes. */
  | 'group-unknown';

/** Types of objects that nodes report on, with the service that takes the reports. */
export const REPORT_OBJECTS = { port: { service: 'ipam' } } as const;
export type ReportObject = keyof typeof REPORT_OBJECTS;

export interface Report {
  readonly object: ReportObject;
  readonly id: string;
  readonly component: Component;
  /** Of the fact that it speaks of. */
  readonly generation: number;
  readonly state: ProofState;
  readonly reason?: ReasonCode;
  /** For a person: the kernel's or daemon's words. */
  readonly detail?: string;
}

/** Something was found other than it must be, and was mended. */
export interface DriftReport {
  /** `fdb`, `neighbour`, `bridge-port`, `daemon`, `link`, `filter`, `rate`, `redirect`, … */
  readonly kind: string;
  /** The kernel object, as an operator would name it: `vxlan-48 fa:16:3e:…`. */
  readonly what: string;
  readonly network?: string;
  readonly port?: string;
  /** ISO 8601. */
  readonly foundAt: string;
  readonly healedAt?: string;
}

/** Why a packet did not pass. Codes are contract: clients may switch on them. */
export const DROP_REASONS = [
  /** No rule of the port's security groups allows it. */
  'no-rule',
  /** The sender's MAC address is not the port's, nor that of an allowed pair. */
  'spoofed-mac',
  /** The same of its IP address, also inside of ARP and neighbour discovery. */
  'spoofed-ip',
  /** An instance acts as DHCP server, or as router. */
  'rogue-dhcp',
  'rogue-ra',
  /** Connection tracking makes nothing of it. */
  'invalid-state',
  /** Neither IPv4, IPv6 nor ARP. */
  'ethertype',
  /** The port's policy is not in force on its node yet. */
  'port-closed',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** One packet that did not pass, of some that are sampled. */
export interface DropSample {
  readonly port: string;
  readonly reason: DropReason;
  /** Of the instance: what it sent, or was sent. */
  readonly direction: 'egress' | 'ingress';
  /** ISO 8601. */
  readonly at: string;
  readonly ethertype: string;
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly sourceIp?: string;
  readonly destinationIp?: string;
  /** IANA number. */
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

/** On {@link dropSubject}, a request that is answered once it is committed: what was dropped since the last one that was acknowledged. */
export interface DropBatch {
  readonly host: string;
  /** Repeated as it was until it is acknowledged; the owner counts a batch once. */
  readonly batch: string;
  readonly samples: readonly DropSample[];
  /** All packets, not only the sampled ones. */
  readonly counts: readonly { readonly port: string; readonly reason: DropReason; readonly packets: number }[];
}
export const dropSubject = (host: string): string => `drops.${hostToken(host)}`;

/** `GET /weft/v1/ports/<id>/drops`. */
export interface PortDrops {
  /** All packets since the port is there, by reason. */
  readonly counts: readonly { readonly reason: DropReason; readonly packets: number; readonly last_at: string }[];
  /** The latest of those that were sampled, the newest first. */
  readonly samples: readonly Readonly<Record<string, string | number>>[];
}

/**
 * On `report.fwaas.<host>`, a request that is answered once it is committed: packets and bytes that each rule has let pass on this node since the
 * last one that was acknowledged.
 */
export interface RuleCountBatch {
  readonly host: string;
  /** Repeated as it was until it is acknowledged; the owner counts a batch once. */
  readonly batch: string;
  readonly rules: readonly { readonly id: string; readonly packets: number; readonly bytes: number }[];
}

export interface ReportBatch {
  readonly host: string;
  readonly reports: readonly Report[];
  readonly drift?: readonly DriftReport[];
  /** traceparent of the change that these prove, if one. */
  readonly trace?: string;
}

/** Every agent says that it lives on `heartbeat.<host>` (no reply) each {@link HEARTBEAT_MS}. */
export const heartbeatSubject = (host: string): string => `heartbeat.${hostToken(host)}`;
export const HEARTBEAT_MS = 4_000;
/** An agent silent for this long is dead. */
export const AGENT_DEAD_MS = 15_000;

export const NODE_ROLES = ['l2', 'dhcp', 'metadata'] as const;
export type NodeRole = (typeof NODE_ROLES)[number];

export interface Heartbeat {
  readonly host: string;
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Underlay address of the tunnel endpoint; null: no overlay on this node. */
  readonly tunnelIp: string | null;
  /** Physical network → interface. */
  readonly bridgeMappings: Readonly<Record<string, string>>;
  /** What the node's kernel can do and how, as probed: `vlan: 'bpf'`. Absent: an agent of an older version. */
  readonly capabilities?: Readonly<Record<string, string | boolean | null>>;
  /** What the node does: each becomes an agent in `/v2.0/agents`. */
  readonly roles: readonly NodeRole[];
  readonly availabilityZone: string;
  /** In sync with its feed, and how much it holds. */
  readonly inSync: boolean;
  readonly counts: Readonly<Record<string, number>>;
}
