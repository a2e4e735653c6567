import { readFileSync, statSync } from 'node:fs';
import { checkServerIdentity } from 'node:tls';
import { type BrokerUser, inboxOf } from '@weft/contracts';
import { type ConnectionOptions, nkeyAuthenticator } from 'nats';
import { logger } from '@weft/telemetry';

const log = logger('nats');

/** Permissions of others: a seed that every user of the machine may read is no secret. */
const READABLE_BY_ALL = 0o007;

/**
 * How a user connects, as the environment says (docs/configuration.md, "The broker"): `WEFT_NATS_URL`, `WEFT_NATS_SEED_FILE`,
 * `WEFT_NATS_TLS_CA`, `WEFT_NATS_TLS_CERT`, `WEFT_NATS_TLS_KEY`.
 * @throws Error with one sentence that names the variable
 */
export function brokerSettings(env: NodeJS.ProcessEnv, user: BrokerUser): ConnectionOptions {
  const servers = (env.WEFT_NATS_URL || 'nats://127.0.0.1:4222').split(',');
  const seedFile = env.WEFT_NATS_SEED_FILE;
  return {
    servers,
    inboxPrefix: inboxOf(user),
    ...(seedFile && { authenticator: nkeyAuthenticator(latestSeed(seedFile)) }),
    ...tlsOf(env, servers),
  };
}

/** Read at each connection: reissued credentials are used without a restart. A file that cannot be read changes nothing. */
function latestSeed(file: string): () => Uint8Array {
  let seed = seedOf(file);
  return () => {
    try {
      seed = seedOf(file);
    } catch (error) {
      log.warn({ err: error }, 'the seed of before is used');
    }
    return seed;
  };
}

function seedOf(file: string): Uint8Array {
  if (statSync(readable('WEFT_NATS_SEED_FILE', file)).mode & READABLE_BY_ALL)
    throw new Error(`WEFT_NATS_SEED_FILE: ${file} may be read by everybody: chmod 600`);
  return Buffer.from(readFileSync(file, 'utf8').trim());
}

/** TLS of the connection: the server is verified against the CA; with a certificate the client is, too. */
function tlsOf(env: NodeJS.ProcessEnv, servers: readonly string[]): Pick<ConnectionOptions, 'tls'> {
  const { WEFT_NATS_TLS_CA: ca, WEFT_NATS_TLS_CERT: cert, WEFT_NATS_TLS_KEY: key } = env;
  if (Boolean(cert) !== Boolean(key)) throw new Error('WEFT_NATS_TLS_CERT and WEFT_NATS_TLS_KEY belong together');
  if (!ca && !cert && !servers.some((url) => url.startsWith('tls:'))) return {};
  const tls = {
    ...(ca && { caFile: readable('WEFT_NATS_TLS_CA', ca) }),
    ...(cert && { certFile: readable('WEFT_NATS_TLS_CERT', cert) }),
    ...(key && { keyFile: readable('WEFT_NATS_TLS_KEY', key) }),
    checkServerIdentity: identityOf(servers),
  };
  return { tls };
}

/**
 * NATS's client compares the certificate of a server that it knows by an address with `localhost`: it must be of a server that was
 * named to us.
 */
function identityOf(servers: readonly string[]): typeof checkServerIdentity {
  const hosts = servers.map((url) => new URL(url.includes('://') ? url : `nats://${url}`).hostname);
  const named = hosts.map((host) => host.replace(/^\[(.*)\]$/, '$1'));
  return (host, certificate) => {
    const names = host === 'localhost' ? named : [host, ...named];
    const errors = names.map((name) => checkServerIdentity(name, certificate));
    return errors.includes(undefined) ? undefined : errors[0];
  };
}

/** NATS's own client ignores a missing file. */
function readable(variable: string, file: string): string {
  try {
    readFileSync(file);
    return file;
  } catch (error) {
    throw new Error(`${variable}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}
