import { end, findSupervised } from '@weft/lab';

/** Ends what an earlier supervisor of this state directory has left; each is verified to be the same process at each signal. */
export async function endLeftovers(homeDir: string): Promise<number> {
  const leftovers = findSupervised(homeDir);
  await Promise.all(leftovers.map((info) => end(info, 'SIGTERM', 10_000)));
  return leftovers.length;
}
