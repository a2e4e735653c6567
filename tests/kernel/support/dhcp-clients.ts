import type { LabNodes } from './lab-nodes';
import { eventually } from './lab-nodes';

const WANTED =
  /^(ip|mask|subnet|broadcast|router|dns|domain|hostname|lease|mtu|siaddr|serverid|tftp|bootfile|opt58|opt59|opt1[0-9]+|staticroutes)=(.*)$/;
const ASKED = ['staticroutes', 'mtu', '58', '59'];

export interface Lease {
  readonly [name: string]: string;
}

/**
 * What a real DHCPv4 client is told, by udhcpc's names; null: nobody answered.
 * @param more options to ask for
 * @param known an address that the client had before and asks for
 */
export async function lease(
  nodes: LabNodes,
  host: string,
  vm: string,
  more: readonly string[] = [],
  known?: string,
): Promise<Lease | null> {
  const script = '/run/udhcpc-script';
  await nodes.exec(host, `printf '#!/bin/sh\\n[ "$1" = bound ] && env\\nexit 0\\n' > ${script}; chmod +x ${script}`);
  const options = [...ASKED, ...more].map((option) => `-O ${option}`).join(' ');
  const request = known === undefined ? '' : `-r ${known}`;
  const command = `udhcpc -i eth0 -n -q -f -t 3 -T 1 ${request} -s ${script} ${options} 2>/dev/null || true`;
  const said = await nodes.exec(host, command, vm);
  const found = said.split('\n').flatMap((line) => {
    const match = WANTED.exec(line);
    return match ? [[match[1] as string, (match[2] as string).trim()] as const] : [];
  });
  return found.length > 0 ? Object.fromEntries(found) : null;
}

/**
 * What a real DHCPv6 client is told, by dhclient's names without `new_`. @param stateless it asks for options only; an address it makes
 * itself.
 */
export async function lease6(nodes: LabNodes, host: string, vm: string, stateless = false): Promise<Lease | null> {
  const script = '/run/dhclient6-script';
  const out = `/run/dhclient6-${vm}`;
  await nodes.exec(
    host,
    `printf '#!/bin/sh\\nenv | grep ^new_ > ${out} || true\\nexit 0\\n' > ${script}; chmod +x ${script}; rm -f ${out}*`,
  );
  const mode = stateless ? '-S' : '-D LL';
  const files = `-pf ${out}.pid -lf ${out}.leases -cf /dev/null`;
  // With a lease it goes into the background, to renew it: not wanted here.
  // It asks from its link-local address, once that is known to be nobody else's.
  const settled = async () => !(await nodes.exec(host, 'ip -6 addr show dev eth0 tentative', vm)).includes('inet6');
  await eventually(`${vm} has its link-local address`, settled);
  const command = `timeout 10 dhclient -6 -1 ${mode} ${files} -sf ${script} eth0 2>/dev/null || true
[ ! -s ${out}.pid ] || kill $(cat ${out}.pid) 2>/dev/null || true; cat ${out} 2>/dev/null || true`;
  const lines = (await nodes.exec(host, command, vm)).split('\n').filter(Boolean);
  return lines.length > 0 ? Object.fromEntries(lines.map((line) => /^new_(\w+)=(.*)$/.exec(line)!.slice(1, 3))) : null;
}

/** Every address that a server's DNS gives for a name, or every name for an address; empty: none. */
export async function resolve(
  nodes: LabNodes,
  host: string,
  vm: string,
  name: string,
  server: string,
): Promise<string[]> {
  const said = await nodes.exec(host, `busybox nslookup ${name} ${server} 2>&1 || true`, vm);
  const answer = said.slice(said.indexOf('\n\n'));
  return [...answer.matchAll(/(?:^Address(?: \d+)?:\s*|name = )(\S+)/gm)].map(([, found]) => found as string).sort();
}

/**
 * A client in state REBINDING (RFC 2131, 4.4.5): it broadcasts for its address, without naming a server; no client lets one have that
 * state sooner than after seven eighths of a lease. The instance must hold the address.
 * @returns `ack <server>` or `nak <server>`; empty: nobody answered
 */
export async function rebind(nodes: LabNodes, host: string, vm: string, ip: string, mac: string): Promise<string> {
  await nodes.exec(host, 'ip route replace 255.255.255.255 dev eth0', vm);
  const script = `
const socket = require('node:dgram').createSocket('udp4');
const request = Buffer.alloc(250);
Buffer.from([1, 1, 6, 0, 7, 7, 7, 7]).copy(request);
Buffer.from('${ip}'.split('.').map(Number)).copy(request, 12);
Buffer.from('${mac}'.replaceAll(':', ''), 'hex').copy(request, 28);
Buffer.from([99, 130, 83, 99, 53, 1, 3, 255]).copy(request, 236);
socket.on('message', (answer) => {
  const options = new Map();
  for (let at = 240; answer[at] !== 255 && at < answer.length; at += 2 + answer[at + 1])
    options.set(answer[at], answer.subarray(at + 2, at + 2 + answer[at + 1]));
  console.log(options.get(53)[0] === 5 ? 'ack' : 'nak', [...options.get(54)].join('.'));
  process.exit();
});
socket.bind(68, () => { socket.setBroadcast(true); socket.send(request, 67, '255.255.255.255'); });
setTimeout(() => process.exit(), 2000);`;
  await nodes.exec(host, `cat > /run/rebind.js <<'SCRIPT'\n${script}\nSCRIPT`);
  return (await nodes.exec(host, `${process.execPath} /run/rebind.js`, vm)).trim();
}
