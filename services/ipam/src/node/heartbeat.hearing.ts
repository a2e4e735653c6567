import { type Heartbeat, NODE_ROLES } from '@weft/contracts';
import { Hearing, INSTANT, IP, TEXT, textOf } from '@weft/service-kit';

const NAME = textOf(255, 1);
const number = (maximum: number) => ({ type: 'integer', minimum: 0, maximum });
/** Of so many entries, each with a name that can be kept. */
const mapOf = (maxProperties: number, additionalProperties: object) => ({
  type: 'object',
  ...{ maxProperties, additionalProperties },
  propertyNames: NAME,
});

/** What a node may say of itself. */
export const heartbeatHearing = new Hearing<Heartbeat>({
  type: 'object',
  required: [
    ...['host', 'version', 'startedAt', 'tunnelIp', 'bridgeMappings'],
    ...['roles', 'availabilityZone', 'inSync', 'counts'],
  ],
  properties: {
    ...{ host: NAME, version: TEXT, startedAt: INSTANT, availabilityZone: NAME, inSync: { type: 'boolean' } },
    tunnelIp: { anyOf: [{ type: 'null' }, IP] },
    bridgeMappings: mapOf(256, TEXT),
    capabilities: mapOf(64, { anyOf: [TEXT, { type: 'boolean' }, { type: 'null' }] }),
    roles: { type: 'array', maxItems: NODE_ROLES.length, uniqueItems: true, items: { enum: NODE_ROLES } },
    // Of these the agents' view reads the ports, as int4.
    counts: { ...mapOf(64, number(Number.MAX_SAFE_INTEGER)), properties: { ports: number(2 ** 31 - 1) } },
  },
});
