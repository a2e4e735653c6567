import type { Direction, Refusal } from '@weft/net';

/** Numbers of reasons, as they stand in the kernel's counters and (in words) in its samples. */
export const REASONS: readonly Refusal[] = [
  'no-rule',
  'spoofed-mac',
  'spoofed-ip',
  'rogue-dhcp',
  'rogue-ra',
  'invalid-state',
  'ethertype',
  'port-closed',
];
export const DIRECTIONS: readonly Direction[] = ['egress', 'ingress'];

/** nflog's group of samples ("W"). */
export const SAMPLE_GROUP = 87;
/** Of a packet, bytes: all headers that a sample tells of. */
const SAMPLE_BYTES = 128;
/** Samples of one port and reason: more say nothing new, and a noisy port must leave room for others. */
const SAMPLE_RATE = 'limit rate 2/second burst 4 packets';
/** Each element counts its packets, and lets some of them go on to be logged: a look-up for both. */
export const DROP_STATEMENTS = `counter; ${SAMPLE_RATE};`;
const PREFIX = 'weft';

/** The chain in which a packet ends for this reason: counted, sampled, dropped. */
export const dropChain = (reason: Refusal, direction: Direction): string => `drop-${direction}-${reason}`;

/** All of these chains. */
export const dropChains = (): string =>
  DIRECTIONS.flatMap((direction) =>
    REASONS.map((reason, number) => {
      const key = `${direction === 'egress' ? 'iifname' : 'oifname'} . ${number + 1}`;
      return `  chain ${dropChain(reason, direction)} {
    update @drops { ${key} } log group ${SAMPLE_GROUP} snaplen ${SAMPLE_BYTES} prefix "${PREFIX} ${direction} ${reason}"
    drop
  }
`;
    }),
  ).join('');

export const parsePrefix = (text: string): { readonly direction: Direction; readonly reason: Refusal } | null => {
  const [word, direction, reason] = text.split(' ');
  if (word !== PREFIX || !DIRECTIONS.includes(direction as Direction) || !REASONS.includes(reason as Refusal))
    return null;
  return { direction: direction as Direction, reason: reason as Refusal };
};
