import type { ProcessInfo } from './process';
import { allProcesses, processEnvironment } from './process';

/** In the environment of each process of a one-machine cloud: the state directory that it belongs to, and its name there. */
export const SUPERVISED_MARK = 'WEFT_SUPERVISED';
export const supervisedMark = (homeDir: string, name: string): string => `${homeDir}:${name}`;

/**
 * The services and agents of a state directory: marked, and one of our own programs (what a program of ours starts inherits
 * the mark, but is not ours to end: a node's daemons outlive its agent on purpose).
 * @param name one of them: `ipam`, `node-agent-host1`
 */
export const findSupervised = (homeDir: string, name?: string): ProcessInfo[] =>
  allProcesses().filter((info) => {
    // The program itself, not the setpriv or nsenter in front of it, which end with it.
    if (info.pid === process.pid || !/(^|\/)node$/.test(info.command[0] ?? '')) return false;
    if (!info.command.some((word) => /\/services\/[a-z0-9-]+\/dist\/main\.js$/.test(word))) return false;
    const mark = processEnvironment(info.pid)?.get(SUPERVISED_MARK);
    return name === undefined ? mark?.startsWith(`${homeDir}:`) === true : mark === supervisedMark(homeDir, name);
  });
