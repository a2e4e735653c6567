import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { createNetns, deleteNetns, inNetns } from '@weft/dataplane';

/** A network namespace that stands for a node's own, for tests of single drivers. */
export class NodeNetns {
  readonly name = `weft-test-${randomBytes(3).toString('hex')}`;

  constructor() {
    createNetns(this.name);
    this.ip('link set lo up');
  }

  /** Runs synchronous work as if on that node. */
  run<T>(work: () => T extends Promise<unknown> ? never : T): T {
    return inNetns(this.name, work);
  }

  ip(command: string): string {
    return this.tool('ip', command);
  }

  bridge(command: string): string {
    return this.tool('bridge', command);
  }

  remove(): void {
    deleteNetns(this.name);
  }

  private tool(tool: string, command: string): string {
    return execFileSync(tool, ['-n', this.name, ...command.split(' ')], { encoding: 'utf8' });
  }
}
