import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, dieWithParent, freePort, startDaemon, type Daemon } from '@weft/lab';
import { waitUntil } from './wait-until';

export const KEYSTONE_ADMIN = { name: 'admin', password: 'keystone-test', project: 'admin' } as const;

/** What an authentication asks for: the administrator on his project, unless it says otherwise. */
export interface KeystoneLogin {
  readonly name?: string;
  readonly password?: string;
  /** Default: project `admin`; `unscoped`, `{ domain: … }`, `{ system: { all: true } }`. */
  readonly scope?: unknown;
}

/** A real Keystone as Debian packages it, on loopback, with SQLite and keys in a directory of its own. */
export class KeystoneServer {
  private constructor(
    readonly url: string,
    private readonly argv: readonly string[],
    private readonly logFile: string,
    private daemon: Daemon,
  ) {}

  /** @param dir must exist @throws Error with Keystone's words when it does not come up */
  static async start(dir: string): Promise<KeystoneServer> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const home = join(dir, 'keystone');
    mkdirSync(home, { mode: 0o700 });
    const config = join(home, 'keystone.conf');
    writeFileSync(
      config,
      `[DEFAULT]\nuse_stderr = true\n[database]\nconnection = sqlite:///${home}/keystone.db\n[cache]\nenabled = false\n` +
        `[fernet_tokens]\nkey_repository = ${home}/fernet\n[credential]\nkey_repository = ${home}/credential\n`,
    );
    const manage = async (...args: string[]): Promise<void> => {
      const { code, stderr } = await attempt(['keystone-manage', '--config-file', config, ...args]);
      if (code !== 0) throw new Error(`keystone-manage ${args[0]}: ${stderr.trim().split('\n').at(-1)}`);
    };
    const owner = ['--keystone-user', 'root', '--keystone-group', 'root'];
    await manage('db_sync');
    await manage('fernet_setup', ...owner);
    await manage('credential_setup', ...owner);
    const urls = ['public', 'internal', 'admin'].flatMap((kind) => [`--bootstrap-${kind}-url`, `${url}/v3`]);
    const region = ['--bootstrap-region-id', 'RegionOne'];
    await manage('bootstrap', '--bootstrap-password', KEYSTONE_ADMIN.password, ...region, ...urls);

    const argv = [
      ...[...dieWithParent('KILL'), 'env', `OS_KEYSTONE_CONFIG_FILES=${config}`],
      ...['keystone-wsgi-public', '-b', '127.0.0.1', '-p', String(port)],
    ];
    const logFile = join(home, 'log');
    const server = new KeystoneServer(url, argv, logFile, await startDaemon(argv, { logFile }));
    await server.untilItAnswers();
    return server;
  }

  /** @returns a token. @throws Error when Keystone refuses */
  async login({ name = KEYSTONE_ADMIN.name, password = KEYSTONE_ADMIN.password, scope }: KeystoneLogin = {}) {
    const user = { name, password, domain: { id: 'default' } };
    const project = { project: { name: KEYSTONE_ADMIN.project, domain: { id: 'default' } } };
    const auth = { identity: { methods: ['password'], password: { user } }, scope: scope ?? project };
    const { token } = await this.ask('POST', '/auth/tokens', { auth });
    return token!;
  }

  async revoke(token: string): Promise<void> {
    const admin = await this.login();
    await this.ask('DELETE', '/auth/tokens', undefined, { 'x-auth-token': admin, 'x-subject-token': token });
  }

  /** As the administrator: `PUT`, `POST` … below `/v3`. @throws Error when Keystone refuses */
  async administer<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await this.ask(method, path, body, { 'x-auth-token': await this.login() })).body as T;
  }

  async stop(): Promise<void> {
    await this.daemon.end('SIGKILL');
  }

  /** On the same port, with all that it knew. */
  async restart(): Promise<void> {
    this.daemon = await startDaemon(this.argv, { logFile: this.logFile });
    await this.untilItAnswers();
  }

  private async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(`${this.url}/v3${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Keystone: ${method} ${path}: ${answer.status} ${text}`);
    return { token: answer.headers.get('x-subject-token'), body: text === '' ? null : (JSON.parse(text) as unknown) };
  }

  private untilItAnswers(): Promise<unknown> {
    const answers = () =>
      fetch(`${this.url}/v3`).then(
        ({ ok }) => ok || 'it answers something else',
        (error: Error) => error.message,
      );
    return waitUntil(`Keystone answers (${this.logFile})`, answers, { timeoutMs: 30_000 });
  }
}
