import { isIPv4 } from 'node:net';

/** A lease as in dnsmasq's lease file. */
export type Lease =
  | { readonly family: 4; readonly mac: string; readonly ip: string; readonly clientId: string | null }
  | {
      readonly family: 6;
      readonly iaid: string;
      readonly ip: string;
      /** As which the server's DNS knows it. */
      readonly name: string | null;
      readonly duid: string;
      readonly serverDuid: string;
    };

export function parseLeases(text: string): Lease[] {
  let serverDuid = '';
  const leases: Lease[] = [];
  for (const line of text.split('\n')) {
    const [first, second, ip, name, id] = line.split(' ');
    if (first === 'duid') serverDuid = second ?? '';
    else if (!second || !ip || !id) continue;
    else if (isIPv4(ip)) leases.push({ family: 4, mac: second, ip, clientId: id === '*' ? null : id });
    else leases.push({ family: 6, iaid: second, ip, name: name === '*' ? null : (name ?? null), duid: id, serverDuid });
  }
  return leases;
}
