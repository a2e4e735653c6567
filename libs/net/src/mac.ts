/** The first half of every MAC address that Weft makes: locally administered, as OpenStack clouds use it. */
export const BASE_MAC = 'fa:16:3e';

/** A MAC address under {@link BASE_MAC}; `random` yields 24 random bits. */
export function randomMac(random: () => number): string {
  const tail = random() & 0xffffff;
  const octets = [tail >> 16, (tail >> 8) & 0xff, tail & 0xff];
  return [BASE_MAC, ...octets.map((octet) => octet.toString(16).padStart(2, '0'))].join(':');
}

/** Modified EUI-64 interface identifier of a MAC address (RFC 4291, appendix A), for SLAAC addresses. */
export function eui64(mac: string): bigint {
  const [a, b, c, d, e, f] = mac.split(':').map((octet) => parseInt(octet, 16)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}
