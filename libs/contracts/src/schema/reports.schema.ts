import {
  DROP_REASONS,
  type DropBatch,
  type Heartbeat,
  NODE_ROLES,
  PROOF_STATES,
  type ReportBatch,
  type RuleCountBatch,
} from '../reports';
import {
  closedObjectOf,
  INSTANT,
  integerUpTo,
  IP,
  listOf,
  mapOf,
  type MessageSchema,
  NAME,
  objectOf,
  proseOf,
  TEXT,
  textOf,
  UUID,
} from './json-schema';

/** What an agent sends at most in one message; packets are those that a gateway's worth of bytes may hold. */
const MAX = { reports: 2_000, drift: 2_000, samples: 500, counts: 2_000, packets: 2 ** 48, detail: 64 * 1024 };

/** Identifies a batch until it is acknowledged. */
const BATCH = textOf(64, 1);
const DROP_REASON = { enum: DROP_REASONS };

export const reportBatchSchema: MessageSchema<ReportBatch> = {
  schema: objectOf(['host', 'reports'], {
    host: NAME,
    reports: listOf(
      MAX.reports,
      objectOf(['object', 'id', 'component', 'generation', 'state'], {
        object: NAME,
        id: UUID,
        component: NAME,
        generation: integerUpTo(Number.MAX_SAFE_INTEGER),
        state: { enum: PROOF_STATES },
        reason: TEXT,
        detail: proseOf(MAX.detail),
      }),
    ),
    drift: listOf(
      MAX.drift,
      objectOf(['kind', 'what', 'foundAt'], {
        kind: NAME,
        what: proseOf(MAX.detail),
        network: UUID,
        port: UUID,
        foundAt: INSTANT,
        healedAt: INSTANT,
      }),
    ),
    trace: TEXT,
  }),
};

export const heartbeatSchema: MessageSchema<Heartbeat> = {
  schema: objectOf(
    ['host', 'version', 'startedAt', 'tunnelIp', 'bridgeMappings', 'roles', 'availabilityZone', 'inSync', 'counts'],
    {
      host: NAME,
      version: TEXT,
      startedAt: INSTANT,
      availabilityZone: NAME,
      inSync: { type: 'boolean' },
      tunnelIp: { anyOf: [{ type: 'null' }, IP] },
      bridgeMappings: mapOf(256, TEXT),
      capabilities: mapOf(64, { anyOf: [TEXT, { type: 'boolean' }, { type: 'null' }] }),
      roles: { ...listOf(NODE_ROLES.length, { enum: NODE_ROLES }), uniqueItems: true },
      // The agents' view reads the ports among them, as int4.
      counts: {
        ...mapOf(64, integerUpTo(Number.MAX_SAFE_INTEGER)),
        properties: { ports: integerUpTo(2 ** 31 - 1) },
      },
    },
  ),
};

export const dropBatchSchema: MessageSchema<DropBatch> = {
  schema: objectOf(['host', 'batch', 'samples', 'counts'], {
    host: TEXT,
    batch: BATCH,
    samples: listOf(
      MAX.samples,
      closedObjectOf(['port', 'reason', 'direction', 'at', 'ethertype', 'sourceMac', 'destinationMac'], {
        port: UUID,
        reason: DROP_REASON,
        direction: { enum: ['egress', 'ingress'] },
        at: INSTANT,
        ethertype: textOf(16),
        sourceMac: textOf(17),
        destinationMac: textOf(17),
        sourceIp: IP,
        destinationIp: IP,
        protocol: integerUpTo(255),
        sourcePort: integerUpTo(65_535),
        destinationPort: integerUpTo(65_535),
        icmpType: integerUpTo(255),
        icmpCode: integerUpTo(255),
      }),
    ),
    counts: listOf(
      MAX.counts,
      closedObjectOf(['port', 'reason', 'packets'], {
        port: UUID,
        reason: DROP_REASON,
        packets: integerUpTo(MAX.packets),
      }),
    ),
  }),
};

export const ruleCountBatchSchema: MessageSchema<RuleCountBatch> = {
  schema: objectOf(['batch', 'rules'], {
    host: TEXT,
    batch: BATCH,
    rules: listOf(
      MAX.counts,
      closedObjectOf(['id', 'packets', 'bytes'], {
        // Which of these are ids of rules is seen when they are looked up.
        id: TEXT,
        packets: integerUpTo(MAX.packets),
        bytes: integerUpTo(Number.MAX_SAFE_INTEGER),
      }),
    ),
  }),
};
