import { BITS, formatIp, type Ip, type IpVersion, parseIp } from './ip';
import { type Range, union } from './range';

/** A prefix: network address (host bits are zero) and length. */
export class Cidr {
  private constructor(
    readonly version: IpVersion,
    /** Network address as a number. */
    readonly network: bigint,
    readonly prefixLength: number,
  ) {}

  /** Parses `address/length` and masks host bits off. Null: malformed. */
  static parse(text: string): Cidr | null {
    const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
    const ip = match && parseIp(match[1]!);
    if (!ip) return null;
    const length = Number(match[2]);
    return length > BITS[ip.version] ? null : Cidr.of(ip, length);
  }

  static of(ip: Ip, prefixLength: number): Cidr {
    const hostBits = BigInt(BITS[ip.version] - prefixLength);
    return new Cidr(ip.version, (ip.value >> hostBits) << hostBits, prefixLength);
  }

  /** Highest address. */
  get last(): bigint {
    return this.network + (1n << BigInt(BITS[this.version] - this.prefixLength)) - 1n;
  }

  get range(): Range {
    return { first: this.network, last: this.last };
  }

  /**
   * Addresses that a host may have: IPv4 without network and broadcast address (a /31 and a /32 have neither, RFC 3021),
   * IPv6 without the subnet-router anycast address (RFC 4291, 2.6.1), except in /127 and /128 (RFC 6164).
   */
  get hosts(): Range {
    const hostBits = BITS[this.version] - this.prefixLength;
    if (hostBits <= 1) return this.range;
    return { first: this.network + 1n, last: this.version === 4 ? this.last - 1n : this.last };
  }

  /** The prefix of one bit less that this one is a half of. */
  get parent(): Cidr {
    return Cidr.of({ version: this.version, value: this.network }, this.prefixLength - 1);
  }

  /** The other half of {@link parent}. */
  get buddy(): Cidr {
    const bit = 1n << BigInt(BITS[this.version] - this.prefixLength);
    return new Cidr(this.version, this.network ^ bit, this.prefixLength);
  }

  contains(ip: Ip): boolean {
    return ip.version === this.version && ip.value >= this.network && ip.value <= this.last;
  }

  overlaps(other: Cidr): boolean {
    return this.version === other.version && this.network <= other.last && other.network <= this.last;
  }

  /** Dotted netmask of an IPv4 prefix. */
  get netmask(): string {
    return formatIp({ version: 4, value: (0xffffffffn << BigInt(32 - this.prefixLength)) & 0xffffffffn });
  }

  toString(): string {
    return `${formatIp({ version: this.version, value: this.network })}/${this.prefixLength}`;
  }
}

/** The fewest prefixes that hold exactly these numbers, ascending. */
export function cidrsOf(version: IpVersion, ranges: readonly Range[]): Cidr[] {
  return union(ranges).flatMap(({ first, last }) => {
    const cidrs: Cidr[] = [];
    for (let value = first; value <= last;) {
      let hostBits = BITS[version];
      const fits = (size: bigint) => value % size === 0n && value + size - 1n <= last;
      while (!fits(1n << BigInt(hostBits))) hostBits--;
      cidrs.push(Cidr.of({ version, value }, BITS[version] - hostBits));
      value += 1n << BigInt(hostBits);
    }
    return cidrs;
  });
}
