import { attempt, run } from './command';
import { labNames } from './identity';

/** Interface of a host towards the management network. */
export const MANAGEMENT_DEVICE = 'mgmt0';
const ROOT_INDEX = 254;

interface Link {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly family: string; readonly local: string }[];
}

/** `10.98.<x>` of a lab's management network; null when it has none. */
export async function managementSubnet(lab: string): Promise<string | null> {
  const answer = await attempt(['ip', '-j', '-4', 'address', 'show', 'dev', labNames(lab).managementBridge]);
  if (answer.code !== 0) return null;
  const [link] = JSON.parse(answer.stdout || '[]') as Link[];
  const address = link?.addr_info?.find((info) => info.family === 'inet')?.local;
  return address?.split('.').slice(0, 3).join('.') ?? null;
}

/** The root namespace's address in it: where a lab's NATS listens. */
export const managementAddress = (subnet: string): string => `${subnet}.${ROOT_INDEX}`;

/**
 * Makes the management bridge in the root namespace: `10.98.<x>.254/24`, x from the lab's id, or the next one that no
 * route of this machine covers. Answers the subnet. Hosts reach the machine itself by it, never each other's underlay.
 */
export async function makeManagement(lab: string): Promise<string> {
  const existing = await managementSubnet(lab);
  if (existing !== null) return existing;
  const { managementBridge: bridge } = labNames(lab);
  const routes = await run(['ip', '-4', 'route', 'show', 'table', 'all']);
  const start = parseInt(lab.slice(0, 2), 16);
  for (let step = 0; step < 256; step++) {
    const subnet = `10.98.${(start + step) % 256}`;
    if (routes.includes(`${subnet}.`)) continue;
    await attempt(['ip', 'link', 'delete', bridge]);
    await run(['ip', '-batch', '-'], {
      input: `link add ${bridge} type bridge forward_delay 0 stp_state 0 mcast_snooping 0
link set ${bridge} up
address add ${managementAddress(subnet)}/24 dev ${bridge}
`,
    });
    return subnet;
  }
  throw new Error('every 10.98.x.0/24 is in use on this machine: no management network for the lab');
}

export async function plugManagement(lab: string, index: number, pid: number): Promise<void> {
  const { managementBridge: bridge, managementLink } = labNames(lab);
  const link = managementLink(index);
  await run(['ip', '-batch', '-'], {
    input: `link add ${link} type veth peer name ${MANAGEMENT_DEVICE} netns ${pid}
link set ${link} master ${bridge} up
`,
  });
}

export async function unplugManagement(lab: string, index: number): Promise<void> {
  await attempt(['ip', 'link', 'delete', labNames(lab).managementLink(index)]);
}

/** Takes away every device in the root namespace that bears the lab's name. */
export async function removeManagement(lab: string): Promise<void> {
  const prefix = labNames(lab).managementBridge;
  const links = JSON.parse(await run(['ip', '-j', 'link', 'show'])) as Link[];
  for (const { ifname } of links)
    if (ifname === prefix || ifname.startsWith(`${prefix}-`)) await attempt(['ip', 'link', 'delete', ifname]);
}
