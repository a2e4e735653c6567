import { readFileSync, writeFileSync } from 'node:fs';

/** A network setting of the thread's present namespace, below /proc/sys/net. */
export interface Sysctl {
  readonly path: string;
  readonly value: string;
}

/** A setting which this kernel does not have (IPv6 absent) counts as right: what it would guard against is absent, too. */
export function sysctlIsSet({ path, value }: Sysctl): boolean {
  try {
    return readFileSync(`/proc/sys/net/${path}`, 'utf8').trim() === value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

/** @returns whether it had to be written. */
export function setSysctl(sysctl: Sysctl): boolean {
  if (sysctlIsSet(sysctl)) return false;
  writeFileSync(`/proc/sys/net/${sysctl.path}`, sysctl.value);
  return true;
}
