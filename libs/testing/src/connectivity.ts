import type { Instances } from '@weft/lab';
import { HostProcess } from '@weft/lab';
import type { PingCount } from './ping';
import { parsePing } from './ping';
import { waitUntil } from './wait-until';

/** An instance as a party to a conversation. */
export interface Endpoint {
  readonly name: string;
  readonly host: string;
}

/** Where to: an address, or whoever has one. */
export type Target = string | (Endpoint & { readonly address: string });

const addressOf = (target: Target): string =>
  (typeof target === 'string' ? target : target.address).split('/')[0] ?? '';
const wordFor = (target: Target): string =>
  typeof target === 'string' ? target : `${target.name} (${addressOf(target)})`;

/** A conversation that goes on until it is stopped. */
export interface Conversation {
  /** Packets sent so far. */
  sent(): Promise<number>;
  /** Ends it and answers what was counted. */
  stop(): Promise<PingCount>;
}

/**
 * Says who reaches whom, and when an expectation fails, what the sender's addresses, routes and neighbours were. Tests use
 * this, never the raw words of a ping.
 */
export class Connectivity {
  constructor(private readonly instances: Instances) {}

  /** Every one of three packets is answered. */
  async expectReach(from: Endpoint, to: Target): Promise<void> {
    const count = await this.ping(from, to);
    if (count.received !== count.sent || count.sent === 0)
      throw new Error(
        `${from.name} should reach ${wordFor(to)}, but ${count.received} of ${count.sent} came back.\n${await this.viewOf(from)}`,
      );
  }

  /**
   * No packet is answered.
   * @param control what the sender must reach at the same moment: else its silence would prove nothing
   */
  async expectNoReach(from: Endpoint, to: Target, control: Target): Promise<void> {
    const count = await this.ping(from, to);
    if (count.received > 0)
      throw new Error(
        `${from.name} should not reach ${wordFor(to)}, but ${count.received} of ${count.sent} came back.\n${await this.viewOf(from)}`,
      );
    await this.expectReach(from, control);
  }

  /** Talks every `everyMs` (default 10) until stopped. */
  talk(from: Endpoint, to: Target, everyMs = 10): Conversation {
    const argv = ['ping', '-q', '-i', String(everyMs / 1_000), '-W', '1', addressOf(to)];
    const ping = new HostProcess(this.instances.command(from.host, from.name, argv), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    ping.child.stdout?.on('data', (chunk: Buffer) => (words += chunk.toString()));
    ping.child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const closed = new Promise((resolve) => ping.child.once('close', resolve));
    return {
      sent: async () => {
        const before = words.length;
        // iputils' ping answers the signal with its count.
        ping.kill('SIGQUIT');
        const progress = () => /\d+\/(\d+) packets/.exec(words.slice(before));
        await waitUntil('ping says how far it is', () => progress() !== null || `it says: ${words.slice(before)}`);
        return Number(progress()![1]);
      },
      stop: async () => {
        ping.kill('SIGINT');
        await closed;
        return parsePing(words);
      },
    };
  }

  /** Fewer than `limit` packets of a conversation were lost, and it was one: at least `atLeast` packets. */
  expectLoss(count: PingCount, limit: number, atLeast = 1): void {
    const lost = count.sent - count.received;
    if (count.sent < atLeast)
      throw new Error(`Only ${count.sent} packets were sent; ${atLeast} are needed to say anything.`);
    if (lost >= limit) throw new Error(`${lost} of ${count.sent} packets were lost; fewer than ${limit} may be.`);
  }

  private async ping(from: Endpoint, to: Target): Promise<PingCount> {
    const result = await this.instances.exec(from.host, from.name, [
      'ping',
      '-c',
      '3',
      '-i',
      '0.2',
      '-W',
      '1',
      addressOf(to),
    ]);
    const words = `${result.stdout}${result.stderr}`;
    // No route is a way of not reaching, and not the checker's failure.
    if (/unreachable/.test(words) && !/packets transmitted/.test(words)) return { sent: 3, received: 0 };
    return parsePing(words);
  }

  private async viewOf({ host, name }: Endpoint): Promise<string> {
    const look = async (...argv: string[]) =>
      `$ ${argv.join(' ')}\n${(await this.instances.exec(host, name, argv)).stdout}`;
    return [
      await look('ip', '-br', 'address'),
      await look('ip', 'route'),
      await look('ip', '-6', 'route'),
      await look('ip', 'neigh'),
    ].join('\n');
  }
}
