import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds. Default 10 s. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks. Default 50. */
  readonly everyMs?: number;
}

/**
 * Looks until `probe` answers true. Anything else that it answers is the reason why not yet, and the last one is in the
 * failure, as is the last error that it threw.
 * @param what what is waited for: `port is ACTIVE`
 */
export async function waitUntil(
  what: string,
  probe: () => Promise<true | string> | true | string,
  { timeoutMs = 10_000, everyMs = 50 }: WaitOptions = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await Promise.resolve()
      .then(probe)
      .catch((error: unknown) => `threw ${error instanceof Error ? error.message : String(error)}`);
    if (answer === true) return;
    if (Date.now() > deadline) throw new Error(`After ${timeoutMs} ms still not: ${what}. Last: ${answer}`);
    await sleep(everyMs);
  }
}

/** The same for a condition in words of a test: it holds when it neither throws nor answers false. */
export const eventually = (condition: () => Promise<boolean | void>, timeoutMs?: number): Promise<void> =>
  waitUntil('the condition holds', async () => (await condition()) !== false || 'it answers false', {
    everyMs: 20,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
