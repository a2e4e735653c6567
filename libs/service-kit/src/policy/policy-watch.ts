import { readFile, stat } from 'node:fs/promises';
import type { HealthCheck } from '@weft/contracts';
import { DEFAULT_RULES, parsePolicyFile, type Policy } from '@weft/policy';
import { logger } from '@weft/telemetry';

const log = logger('policy');

const PERIOD_MS = 1_000;

/**
 * Keeps a policy as an operator's file has it. The file is looked at once a second, by what its path leads to now: editors rename a new
 * file over the old one, and Kubernetes swaps a symbolic link, which notices of a file or of a folder miss.
 */
export class PolicyWatch {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  /** Which file at which time was read last, well or not. */
  private seen = '';
  private trouble: string | undefined;

  constructor(
    private readonly policy: Policy,
    private readonly path: string,
  ) {}

  /** Reads the file and begins to watch it. @throws Error with the file, the line and the rule, if it cannot be used */
  async start(): Promise<void> {
    this.seen = await this.identity();
    await this.load();
    this.timer = setInterval(() => {
      this.round = this.round.then(() => this.look());
    }, PERIOD_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  health(): Omit<HealthCheck, 'name'> {
    return this.trouble === undefined ? { ok: true } : { ok: false, text: this.trouble };
  }

  private async look(): Promise<void> {
    try {
      const now = await this.identity();
      if (now === this.seen) return;
      this.seen = now;
      await this.load();
      this.trouble = undefined;
    } catch (error) {
      const trouble = `${(error as Error).message}; the rules that were read before stay in force`;
      if (trouble !== this.trouble) log.error({ err: error, file: this.path }, 'policy file refused');
      this.trouble = trouble;
    }
  }

  private async load(): Promise<void> {
    try {
      const { rules, overrides, warnings } = parsePolicyFile(await readFile(this.path, 'utf8'), DEFAULT_RULES);
      this.policy.replace(rules);
      for (const warning of warnings) log.warn({ file: this.path }, warning);
      log.info({ file: this.path, overrides: Object.keys(overrides).length }, 'policy file read');
    } catch (error) {
      throw new Error(`policy file ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }

  private async identity(): Promise<string> {
    try {
      const { dev, ino, mtimeNs, size } = await stat(this.path, { bigint: true });
      return [dev, ino, mtimeNs, size].join(' ');
    } catch (error) {
      // What comes back is read, even if it is the very same file.
      this.seen = '';
      throw new Error(`policy file ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }
}
