import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** The resolvers of a resolv.conf(5), in its order, without those that only the host itself can reach. */
export const resolversOf = (text: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? [])
    // A loopback address is another one in a network's namespace; a scoped one names a device of the host.
    .filter((ip) => isIP(ip) !== 0 && !ip.startsWith('127.') && ip !== '::1' && !ip.includes('%'));

/** The host's resolvers; none where it has no resolv.conf. */
export function hostResolvers(path = '/etc/resolv.conf'): string[] {
  try {
    return resolversOf(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
