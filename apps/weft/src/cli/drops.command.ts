import type { Command } from 'commander';
import type { PortDrops } from '@weft/contracts';
import { idOf } from './object';
import type { Output } from './output';
import { ago, table } from './output';
import { apiClient } from './session';

/** `weft drops`: why packets of a port did not pass. */
export function dropsCommand(program: Command, output: () => Output): void {
  program
    .command('drops <port>')
    .description(
      'why packets of a port did not pass: counts by reason, and the latest samples; PORT is its id or name, or the name of its instance',
    )
    .action(async (port: string) => {
      const api = apiClient(process.env);
      const drops = await api.drops(await idOf(api, 'ports', port));
      output().result(drops, () => describeDrops(drops));
    });
}

export function describeDrops({ counts, samples }: PortDrops, now = Date.now()): string {
  if (counts.length === 0 && samples.length === 0) return 'Nothing of this port was dropped.';
  const reasons = table(
    ['REASON', 'PACKETS', 'LAST'],
    counts.map(({ reason, packets, last_at }) => [reason, packets, ago(last_at, now)]),
  );
  if (samples.length === 0) return reasons;
  const end = (mac: unknown, ip: unknown, port: unknown) =>
    `${String(ip ?? mac)}${port === undefined ? '' : ` port ${String(port)}`}`;
  const packets = table(
    ['AGO', 'REASON', 'DIRECTION', 'FROM', 'TO', 'WHAT'],
    samples.map((sample) => [
      ...[ago(String(sample.at), now), sample.reason!, sample.direction!],
      end(sample.source_mac, sample.source_ip, sample.source_port),
      end(sample.destination_mac, sample.destination_ip, sample.destination_port),
      sample.protocol === undefined ? sample.ethertype! : `${protocolName(Number(sample.protocol))}${icmpOf(sample)}`,
    ]),
  );
  return `${reasons}\n\n${packets}`;
}

/** The protocols that people know by name (IANA). */
const NAMES: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'ipv6-icmp',
  112: 'vrrp',
  132: 'sctp',
};
const protocolName = (protocol: number): string => NAMES[protocol] ?? `protocol ${protocol}`;
const icmpOf = ({ icmp_type, icmp_code }: PortDrops['samples'][number]): string =>
  icmp_type === undefined ? '' : ` type ${icmp_type} code ${icmp_code}`;
