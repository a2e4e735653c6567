import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** An append-only file that is renamed to `.1`, `.2` … when it has grown to `maxBytes`; at most `keep` of those. */
export class RotatingLog {
  private fd: number;
  private size: number;

  constructor(
    readonly path: string,
    private readonly maxBytes = 10 * 1024 * 1024,
    private readonly keep = 3,
  ) {
    this.fd = openSync(path, 'a', 0o600);
    this.size = fstatSync(this.fd).size;
  }

  write(chunk: Buffer | string): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (this.size > 0 && this.size + bytes.length > this.maxBytes) this.rotate();
    writeSync(this.fd, bytes);
    this.size += bytes.length;
  }

  close(): void {
    closeSync(this.fd);
  }

  private rotate(): void {
    closeSync(this.fd);
    for (let n = this.keep - 1; n >= 1; n--) this.rename(`${this.path}.${n}`, `${this.path}.${n + 1}`);
    this.rename(this.path, `${this.path}.1`);
    this.fd = openSync(this.path, 'a', 0o600);
    this.size = 0;
  }

  private rename(from: string, to: string): void {
    try {
      renameSync(from, to);
    } catch (error) {
      // The older ones do not exist before the log has been rotated that often.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
