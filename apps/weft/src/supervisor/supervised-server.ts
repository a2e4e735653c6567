import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from '@weft/lab';

/** A private PostgreSQL or NATS, as libs/lab starts it. */
interface Server {
  readonly pid: number;
  readonly exited: Daemon['exited'];
  stop(): Promise<void>;
}

/** Keeps a private server running on the same port: its clients reconnect by themselves. */
export class SupervisedServer<S extends Server> {
  restarts = 0;
  private stopping = false;

  private constructor(
    readonly name: string,
    private server: S,
    private readonly launch: () => Promise<S>,
    private readonly say: (line: string) => void,
  ) {
    void this.watch();
  }

  /** @throws when the first start fails: later ones are tried for ever */
  static async start<S extends Server>(
    name: string,
    launch: (previous: S | null) => Promise<S>,
    say: (line: string) => void,
  ): Promise<SupervisedServer<S>> {
    const first = await launch(null);
    return new SupervisedServer(name, first, () => launch(first), say);
  }

  get current(): S {
    return this.server;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.server.stop();
  }

  private async watch(): Promise<void> {
    while (!this.stopping) {
      const { code, signal } = await this.server.exited;
      if (this.stopping) return;
      this.restarts++;
      this.say(
        `${this.name} ${signal === null ? `ended with code ${code}` : `was ended by ${signal}`}; starting it again`,
      );
      await this.again();
    }
  }

  private async again(): Promise<void> {
    for (let delayMs = 100; !this.stopping; delayMs = Math.min(delayMs * 2, 5_000)) {
      try {
        this.server = await this.launch();
        // A stop that came while it was starting has only seen the dead one.
        if (this.stopping) await this.server.stop();
        return;
      } catch (error) {
        this.say(`${this.name} does not come up: ${(error as Error).message}`);
        await sleep(delayMs);
      }
    }
  }
}
