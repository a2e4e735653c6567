import type { DhcpOption, DhcpReservation, DhcpSubnet } from './dnsmasq.types';

/**
 * How one client gets options of its own without a restart: the configuration gives every value of every byte of a MAC a tag of its
 * own, so that a line of the options file, which is read again on SIGHUP, names a client by its six tags. dnsmasq's own way, `set:` in
 * a line of the hosts file, crashes version 2.90: the tag of a client that has leased stays linked into tags that outlive the reload.
 */
export const MAC_TAG_LINES: readonly string[] = [0, 1, 2, 3, 4, 5].flatMap((position) =>
  Array.from({ length: 256 }, (_, value) => {
    const byte = value.toString(16).padStart(2, '0');
    const pattern = ['*', '*', '*', '*', '*', '*'].with(position, byte).join(':');
    return `dhcp-mac=set:${macTag(position, byte)},${pattern}`;
  }),
);

function macTag(position: number, byte: string): string {
  return `mac${position}-${byte}`;
}

/** What holds for everybody in a subnet. A client's own option of the same number goes before it. */
export function subnetOptions(subnet: DhcpSubnet, domain: string): string[] {
  const tag = `tag:${subnet.tag}`;
  if (subnet.cidr.includes(':')) {
    return [
      ...(subnet.dnsServers.length
        ? [`${tag},option6:dns-server,${subnet.dnsServers.map((ip) => `[${ip}]`).join(',')}`]
        : []),
      ...(domain ? [`${tag},option6:domain-search,${domain}`] : []),
    ];
  }
  const routes = subnet.routes.flatMap(({ destination, nexthop }) => [destination, nexthop]).join(',');
  return [
    // Without a value the option is not sent; without the line dnsmasq would name itself as router.
    subnet.gateway ? `${tag},option:router,${subnet.gateway}` : `${tag},option:router`,
    ...(subnet.dnsServers.length ? [`${tag},option:dns-server,${subnet.dnsServers.join(',')}`] : []),
    // 249 is what Windows before Vista asks for instead of 121.
    ...(routes ? [`${tag},option:classless-static-route,${routes}`, `${tag},249,${routes}`] : []),
  ];
}

/** The lines of one client's own options; those with an {@link optionFault} are not among them. */
export function portOptions({ mac, options }: DhcpReservation): string[] {
  if (options.length === 0) return [];
  // The last byte first: it tells most clients apart, and the server stops at the first tag that is not the client's.
  const tags = mac
    .split(':')
    .map((byte, position) => `tag:${macTag(position, byte)},`)
    .reverse()
    .join('');
  return options.filter((option) => optionFault(option) === null).map((option) => tags + optionText(option));
}

function optionText({ version, name, value }: DhcpOption): string {
  const [option, tag] = name.split(',').reverse() as [string, string | undefined];
  const family = version === 4 ? 'option' : 'option6';
  // Only DHCPv4 knows bare numbers.
  const label = version === 4 && /^\d+$/.test(option) ? option : `${family}:${option}`;
  return [...(tag ? [tag] : []), label, ...(value === null ? [] : [value])].join(',');
}

const NAME = /^(?:tag:!?ipxe6?,)?([a-z0-9][a-z0-9-]*)$/;
/** Bytes of a line that dnsmasq reads as one. */
const MAX_VALUE = 800;

/**
 * Why an option cannot be written as one line that means nothing else; null: it can. Its text comes from a user: it may not end the
 * line, quote or comment its way into another one.
 */
export function optionFault({ version, name, value }: DhcpOption): string | null {
  const option = NAME.exec(name)?.[1];
  if (option === undefined) return `not the name of a DHCP option: ${JSON.stringify(name)}`;
  if (/^\d+$/.test(option) && (Number(option) < 1 || Number(option) > (version === 4 ? 254 : 65_535)))
    return `no such number of a DHCP option: ${option}`;
  if (value !== null && (!/^[\x20-\x7e]*$/.test(value) || /["\\#]/.test(value) || value.length > MAX_VALUE))
    return `not a value that a DHCP server can be given: option ${option}`;
  return null;
}
