import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { type BrokerUser, brokerUserName } from '@weft/contracts';

/** Something that a broker's user tried and was not allowed. */
export interface Refusal {
  /** `node.host1`; null: nobody whom the broker knows. */
  readonly user: string | null;
  /** `authentication`: he was not let in at all. */
  readonly what: 'publish' | 'subscribe' | 'authentication';
  /** Null for an authentication. */
  readonly subject: string | null;
  readonly times: number;
  /** ISO 8601: the last time. */
  readonly last: string;
}

/** As much of a log's end as is looked at. */
const TAIL_BYTES = 1024 * 1024;
/** `[7] 2026/11/21 10:00:00.000000 [ERR] 10.98.0.1:4 - cid:5 - "v2:…" - Publish Violation - Nkey "U…", Subject "svc.x"` */
const LINE =
  /^\[\d+\] (\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d\.\d{3})\d* \[ERR\] .*? - (?:(Publish|Subscription) Violation - (?:Nkey|User) "([^"]*)", Subject "([^"]*)"|authentication error(?: - Nkey "([^"]*)")?)/;

/** What a broker's log says that it refused, the latest first; the same of the same user is told once. */
export function refusalsOf(log: string, users: ReadonlyMap<string, BrokerUser>): Refusal[] {
  const found = new Map<string, Refusal>();
  for (const line of log.split('\n')) {
    const match = LINE.exec(line);
    if (!match) continue;
    const [, year, month, day, time, verb, who, subject = null, stranger] = match;
    const known = users.get(who ?? stranger ?? '');
    const user = known ? brokerUserName(known) : null;
    const what = verb === undefined ? 'authentication' : verb === 'Publish' ? 'publish' : 'subscribe';
    const key = JSON.stringify([user, what, subject]);
    const times = (found.get(key)?.times ?? 0) + 1;
    found.delete(key);
    // The broker writes local time.
    const last = new Date(`${year}-${month}-${day}T${time}`).toISOString();
    found.set(key, { user, what, subject, times, last });
  }
  return [...found.values()].reverse();
}

/** The end of a text file; empty: there is none. */
export function tailOf(path: string): string {
  if (!existsSync(path)) return '';
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, size - bytes.length));
  } finally {
    closeSync(fd);
  }
}
