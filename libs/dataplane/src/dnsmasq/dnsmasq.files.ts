import { createHash } from 'node:crypto';
import type { DaemonFiles } from '../daemon/daemon.kind';
import { confLines } from './dnsmasq.conf';
import { optionFault, portOptions, subnetOptions } from './dnsmasq.options';
import type { DhcpReservation, DhcpServerSpec, DnsName } from './dnsmasq.types';

/** A file, and whose each line is. */
export interface OwnedLines {
  readonly text: string;
  /** @param number of the line, from 1 @returns the port; null: no port's */
  ownerOf(number: number): string | null;
}

/** Contents of the files of one server. Pure: the same specification gives the same bytes. */
export interface DnsmasqFiles extends DaemonFiles {
  /** Read again on SIGHUP. */
  readonly host: OwnedLines;
  readonly opts: OwnedLines;
  /** Ports with something that cannot be written into any of these, and why. */
  readonly faults: ReadonlyMap<string, string>;
}

export function renderFiles(spec: DhcpServerSpec, directory: string, user: string | null): DnsmasqFiles {
  const { domain, reservations, subnets, names } = spec;
  const conf = lines(confLines(spec, directory, user));
  const hash = createHash('sha256').update(conf).digest('hex').slice(0, 12);
  const shared = subnets.flatMap((subnet) => subnetOptions(subnet, domain));
  const confName = `conf.${hash}`;
  const host = owned('', reservations, (r) => linesOf(r, domain).host);
  const opts = owned(lines(shared), reservations, (r) => linesOf(r, domain).opts);
  const addnHosts = lines(names.map((name) => nameLine(name, domain)));
  return {
    confName,
    contents: { [confName]: conf, host: host.text, opts: opts.text, addn_hosts: addnHosts },
    host,
    opts,
    faults: new Map(reservations.filter(({ options }) => options.length > 0).flatMap(faultsOf)),
  };
}

/** The reservation as the server reads it: the unit of proof. */
export const reservationText = (reservation: DhcpReservation, domain: string): string =>
  linesOf(reservation, domain).text;

interface ReservationLines {
  readonly domain: string;
  readonly host: string;
  readonly opts: string;
  readonly text: string;
}

/** A reservation is never altered: its lines are made once, however often the files of a large network are. */
const rendered = new WeakMap<DhcpReservation, ReservationLines>();

function linesOf(reservation: DhcpReservation, domain: string): ReservationLines {
  const known = rendered.get(reservation);
  if (known?.domain === domain) return known;
  const [host, opts] = [hostLines(reservation, domain), portOptions(reservation)];
  const made = { domain, host: lines(host), opts: lines(opts), text: [...host, ...opts].join('\n') };
  rendered.set(reservation, made);
  return made;
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/** @param shared lines before those of any port */
function owned(
  shared: string,
  reservations: readonly DhcpReservation[],
  linesOfPort: (reservation: DhcpReservation) => string,
): OwnedLines {
  const parts = [shared, ...reservations.map(linesOfPort)];
  return {
    text: parts.join(''),
    ownerOf: (number) => {
      let left = number;
      const owner = parts.findIndex((part) => (left -= countOfLines(part)) <= 0);
      return reservations[owner - 1]?.port ?? null;
    },
  };
}

const countOfLines = (text: string): number => text.split('\n').length - 1;

function faultsOf({ port, options }: DhcpReservation): (readonly [string, string])[] {
  const faults = options.flatMap((option) => optionFault(option) ?? []);
  return faults.length > 0 ? [[port, faults.join('; ')]] : [];
}

/** `host-10-0-0-5`, `host-fd00--5`: the name that an address has in its network where its port has none. */
export const hostName = (ip: string): string => `host-${ip.replace(/[.:]/g, '-')}`;
const fqdn = (name: string, domain: string): string => (domain ? `${name}.${domain}` : name);

/** The name that a reservation's client is told; for further IPv4 addresses, that of the address. */
export const nameOf = ({ name, v4, v6 }: DhcpReservation): string => name ?? hostName(v4[0] ?? v6[0] ?? '');

/**
 * One line for the first IPv4 address and all IPv6 ones: with two lines of one MAC, the IPv4 lease would get the name of the IPv6
 * line. No `set:` tags: see `MAC_TAG_LINES`.
 */
function hostLines({ mac, name, v4, v6 }: DhcpReservation, domain: string): string[] {
  const [first, ...more] = v4;
  const main = first ?? v6[0];
  if (main === undefined) return [];
  const line = (ip: string, ...addresses: string[]) =>
    [mac, fqdn(name ?? hostName(ip), domain), ...addresses].join(',');
  return [line(main, ...(first ? [first] : []), ...v6.map((ip) => `[${ip}]`)), ...more.map((ip) => line(ip, ip))];
}

const nameLine = ({ ip, name }: DnsName, domain: string): string =>
  domain ? `${ip}\t${name}.${domain} ${name}` : `${ip}\t${name}`;
