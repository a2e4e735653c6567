import { allProcesses, end, processEnvironment } from '@weft/lab';
import type { ProcessInfo } from '@weft/lab';

/** In the environment of each supervised process: the state directory that it belongs to, and its name there. */
export const MARK = 'WEFT_SUPERVISED';
export const markOf = (homeDir: string, name: string): string => `${homeDir}:${name}`;

/**
 * Processes that an earlier supervisor of this state directory has left: marked, and one of our own programs (what a
 * program of ours starts inherits the mark, but is not ours to end: a node's daemons outlive its agent on purpose).
 */
export const findLeftovers = (homeDir: string): ProcessInfo[] =>
  allProcesses().filter(
    (info) =>
      info.pid !== process.pid &&
      info.command.some((word) => /\/services\/[a-z0-9-]+\/dist\/main\.js$/.test(word)) &&
      processEnvironment(info.pid)?.get(MARK)?.startsWith(`${homeDir}:`) === true,
  );

/** Ends them all; each is verified to be the same process at each signal. */
export async function endLeftovers(homeDir: string): Promise<number> {
  const leftovers = findLeftovers(homeDir);
  await Promise.all(leftovers.map((info) => end(info, 'SIGTERM', 10_000)));
  return leftovers.length;
}
