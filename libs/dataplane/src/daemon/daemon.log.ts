import { closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

/** Above this size the log is moved aside (one older file is kept). dnsmasq appends, so that cutting it to zero is safe. */
const MAX_SIZE = 4 * 1024 * 1024;

/** Reads what a daemon appends to its log from a mark on: how it tells that it has done what a signal asked for. */
export class LogTail {
  private offset: number;

  /** Starts at the present end of the file. */
  constructor(private readonly path: string) {
    this.offset = sizeOf(path);
  }

  /** Whole lines since the last call. */
  lines(): string[] {
    let fd: number;
    try {
      fd = openSync(this.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    try {
      const size = fstatSync(fd).size;
      if (size < this.offset) this.offset = 0;
      const buffer = Buffer.alloc(size - this.offset);
      const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, this.offset));
      const end = text.lastIndexOf('\n') + 1;
      this.offset += Buffer.byteLength(text.slice(0, end));
      return text.slice(0, end).split('\n').slice(0, -1);
    } finally {
      closeSync(fd);
    }
  }
}

export function rotateLog(path: string): void {
  if (sizeOf(path) < MAX_SIZE) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
