import { join } from 'node:path';
import type { PreloadedClient, StockProgram } from './preloaded-client';

/** A stock client with the credentials that the start wrote. A command is a line, as a book prints it; no word of it holds a blank. */
export class StockClient {
  /** @param home state directory of the cloud. @param cloud whose entry of its `clouds.yaml`: `weft`, `weft-demo` */
  constructor(
    private readonly program: StockProgram,
    private readonly client: PreloadedClient,
    private readonly home: string,
    private readonly cloud: string,
  ) {}

  /** What a command shows, by the client's own names. @throws Error with its words when it is refused */
  async show<T = Readonly<Record<string, unknown>>>(line: string): Promise<T> {
    return JSON.parse(await this.tell(`${line} -f json`)) as T;
  }

  /** Runs a command that shows no object. Answers its words. @throws Error with its words when it is refused */
  async tell(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(line);
    if (code !== 0) throw new Error(`${this.program} ${line}: ${stderr.trim()}`);
    return stdout;
  }

  /** The words in which a command is refused. @throws Error when it is not */
  async refusal(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(line);
    if (code === 0) throw new Error(`${this.program} ${line} should have been refused: ${stdout.trim()}`);
    return stderr.trim();
  }

  private run(line: string) {
    const env = { ...process.env, OS_CLIENT_CONFIG_FILE: join(this.home, 'clouds.yaml'), OS_CLOUD: this.cloud };
    return this.client.run(line.split(' '), env);
  }
}
