import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrokerUser, brokerUserName, brokerUserOf, permissionsOf } from '@weft/contracts';
import { nkeys } from 'nats';

const SEED = '.nk';
const PUBLIC = '.pub';

/**
 * The credentials of a broker's users, in a directory: `<user>.nk` is the seed (mode 0600: whoever has it is the user; it may be moved
 * to where the user runs), `<user>.pub` its public key, and `authorization.conf` what the broker is told: public keys and permissions,
 * no secret. NKeys prove the seed by a signature: it is never sent.
 */
export class BrokerCredentials {
  /** For `include` in the broker's configuration; written anew with each change. */
  readonly configuration: string;

  constructor(readonly dir: string) {
    this.configuration = join(dir, 'authorization.conf');
  }

  /** Makes the credentials of those who have none, and tells the broker's configuration. @returns the new ones */
  issue(users: readonly BrokerUser[]): BrokerUser[] {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    const fresh = users.filter((user) => !existsSync(this.file(user, PUBLIC)));
    for (const user of fresh) replace(this.file(user, PUBLIC), publicKeyOf(this.makeSeed(user)), 0o644);
    this.configure();
    return fresh;
  }

  /** Takes them away. @returns false: there were none */
  revoke(user: BrokerUser): boolean {
    const existed = existsSync(this.file(user, PUBLIC));
    for (const kind of [PUBLIC, SEED]) rmSync(this.file(user, kind), { force: true });
    if (existed) this.configure();
    return existed;
  }

  seedFile(user: BrokerUser): string {
    return this.file(user, SEED);
  }

  /** Public key → user. */
  users(): ReadonlyMap<string, BrokerUser> {
    const names = existsSync(this.dir) ? readdirSync(this.dir).filter((name) => name.endsWith(PUBLIC)) : [];
    return new Map(
      names.sort().flatMap((name) => {
        const user = brokerUserOf(name.slice(0, -PUBLIC.length));
        return user ? [[readFileSync(join(this.dir, name), 'utf8').trim(), user] as const] : [];
      }),
    );
  }

  /** Of two who make it at once the first one's stands. */
  private makeSeed(user: BrokerUser): string {
    const path = this.seedFile(user);
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${Buffer.from(nkeys.createUser().getSeed()).toString('utf8')}\n`, { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    return readFileSync(path, 'utf8').trim();
  }

  /** Permissions follow from the version of Weft that writes them: also those of users who have long been there. */
  private configure(): void {
    const users = [...this.users()].map(([nkey, user]) => {
      const { publish, subscribe } = permissionsOf(user);
      const permissions = { publish: { allow: publish }, subscribe: { allow: subscribe } };
      return `  # ${brokerUserName(user)}\n  ${JSON.stringify({ nkey, permissions })}`;
    });
    const text = `# Written by weft: public keys and what each may do; no secret.\nauthorization { users = [\n${users.join('\n')}\n] }\n`;
    replace(this.configuration, text, 0o644);
  }

  private file(user: BrokerUser, kind: string): string {
    return join(this.dir, `${brokerUserName(user)}${kind}`);
  }
}

const publicKeyOf = (seed: string): string => nkeys.fromSeed(Buffer.from(seed)).getPublicKey();

/** Whole or not at all, whatever happens meanwhile. */
function replace(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${text.trimEnd()}\n`, { mode });
  renameSync(draft, path);
}
