import { type Command, InvalidArgumentError } from 'commander';
import { DROP_REASONS, type DropReason, type PortDrops } from '@weft/contracts';
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
    .option('--reason <reason>', `one of ${DROP_REASONS.join(', ')}; repeatable (default: all)`, reasonOf, [])
    .option('--limit <n>', 'samples at most, the newest first; 0: all that are kept', countOf, 0)
    .action(async (port: string, { reason: reasons, limit }: { reason: readonly DropReason[]; limit: number }) => {
      const api = apiClient(process.env);
      const drops = await api.drops(await idOf(api, 'ports', port), { reasons, limit });
      output().result(drops, () => describeDrops(drops));
    });
}

function reasonOf(text: string, before: readonly DropReason[]): readonly DropReason[] {
  const reason = DROP_REASONS.find((one) => one === text);
  if (!reason) throw new InvalidArgumentError(`It is one of ${DROP_REASONS.join(', ')}.`);
  return [...before, reason];
}

function countOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a number, 0 or greater.');
  return Number(text);
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
