import { randomBytes } from 'node:crypto';

/** Locally administered, unicast. */
export const randomLocalMac = (): string => ['02', ...randomBytes(5).toString('hex').match(/../g)!].join(':');
