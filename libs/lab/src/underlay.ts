import { attempt, run } from './command';
import { labNames } from './identity';

/** Both switches are in one namespace of their own: what agents do to a host can never touch them, nor they the machine. */
export const UNDERLAY_SUBNET = '10.99.0';
/** Interface of a host towards the underlay; tunnels end on its address. */
export const UNDERLAY_DEVICE = 'eth0';
/** Interface of a host towards the provider switch: physical network `physnet1`. */
export const PROVIDER_DEVICE = 'eth1';
export const underlayAddress = (index: number): string => `${UNDERLAY_SUBNET}.${index}`;

/** Network cards keep their addresses over a host's crash, as real ones do: neighbours need not learn anew. */
const cardAddress = (card: number, index: number): string =>
  `02:99:00:00:0${card}:${index.toString(16).padStart(2, '0')}`;

/** Cable ends inside the underlay's namespace. */
export const underlayPort = (index: number): string => `ul${index}`;
const providerPort = (index: number): string => `pv${index}`;

/** Runs `ip` commands in the underlay's namespace as one batch. */
export const underlayBatch = (lab: string, lines: readonly string[]): Promise<string> =>
  run(['ip', '-n', labNames(lab).underlay, '-batch', '-'], { input: `${lines.join('\n')}\n` });

export async function underlayExists(lab: string): Promise<boolean> {
  return (await attempt(['ip', '-n', labNames(lab).underlay, 'link', 'show', 'dev', 'br0'])).code === 0;
}

/**
 * Makes the switches. STP off and forward delay 0: a cable forwards at once.
 * @param mtu of the underlay in bytes; 50 more than the overlay's is what VXLAN over IPv4 takes
 */
export async function makeUnderlay(lab: string, mtu: number): Promise<void> {
  const { underlay } = labNames(lab);
  if (await underlayExists(lab)) return;
  // A namespace without its switch is what a maker killed half-way leaves.
  await attempt(['ip', 'netns', 'delete', underlay]);
  await run(['ip', 'netns', 'add', underlay]);
  await underlayBatch(lab, [
    'link set lo up',
    'link add pv0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0',
    'link set pv0 up',
    'link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0',
    `link set br0 mtu ${mtu} up`,
  ]);
}

/** Plugs a host's two cables in; `pid` is its holder. */
export const plugUnderlay = (lab: string, index: number, pid: number, mtu: number): Promise<string> =>
  underlayBatch(lab, [
    `link add ${underlayPort(index)} mtu ${mtu} type veth peer name ${UNDERLAY_DEVICE} address ${cardAddress(0, index)} mtu ${mtu} netns ${pid}`,
    `link set ${underlayPort(index)} master br0 up`,
    `link add ${providerPort(index)} type veth peer name ${PROVIDER_DEVICE} address ${cardAddress(1, index)} netns ${pid}`,
    `link set ${providerPort(index)} master pv0 up`,
  ]);

/** A bridge keeps a host's stale cables for a moment after its holder's death: takes them out if they are there. */
export async function unplugUnderlay(lab: string, index: number): Promise<void> {
  for (const device of [underlayPort(index), providerPort(index)])
    await attempt(['ip', '-n', labNames(lab).underlay, 'link', 'delete', device]);
}
