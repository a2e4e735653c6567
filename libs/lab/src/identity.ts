import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, statSync } from 'node:fs';

/**
 * A lab's name, from which every name on the machine follows: six hex digits of its home's path. The root directory
 * counts as well, so that a chroot with the same path is another lab although it shares the machine's network.
 */
export function labId(home: string): string {
  mkdirSync(home, { recursive: true });
  const root = statSync('/');
  return createHash('sha256')
    .update(`${root.dev}:${root.ino}:${realpathSync(home)}`)
    .digest('hex')
    .slice(0, 6);
}

/** Names in the root network namespace; the marks by which a lab's objects are known. */
export const labNames = (id: string) => ({
  /** Network namespace of the underlay's switches. */
  underlay: `weft-${id}-ul`,
  /** Bridge of the management network. */
  managementBridge: `wm-${id}`,
  /** Root end of host k's management link (15 characters at most for k < 1000). */
  managementLink: (index: number) => `wm-${id}-${index}`,
});
