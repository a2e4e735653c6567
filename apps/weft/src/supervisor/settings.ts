import { Failure } from '@weft/lab';

/** What a start is to do, from the command line and the environment (docs/configuration.md). */
export interface Settings {
  readonly detach: boolean;
  /** Hosts with an agent each; 0: the control plane alone. */
  readonly hosts: number;
  /** Why there are no hosts; null: there are. */
  readonly withoutLab: string | null;
  readonly api: { readonly host: string; readonly port: number };
  readonly identity: { readonly host: string; readonly port: number };
  /** An identity service that exists; null: Weft's own. */
  readonly keystone: Keystone | null;
  /** A server that exists; null: a private one. */
  readonly databaseUrl: string | null;
  readonly natsUrl: string | null;
  /** Directory of credentials for a server that exists; null: none are needed. */
  readonly natsCredentials: string | null;
}

/** Where it is, without `/v3`, and as whom Weft asks it. */
export interface Keystone {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  readonly userDomain: string;
  readonly projectDomain: string;
}

export interface StartOptions {
  readonly detach?: boolean;
  readonly lab?: boolean;
}

interface Machine {
  readonly root: boolean;
  readonly linux: boolean;
}

const thisMachine = (): Machine => ({ root: process.getuid?.() === 0, linux: process.platform === 'linux' });

/** @throws Failure naming the variable whose value makes no sense */
export function readSettings(
  options: StartOptions,
  env: NodeJS.ProcessEnv,
  machine: Machine = thisMachine(),
): Settings {
  const hosts = integer(env, 'WEFT_LAB_HOSTS', 3, 0, 250);
  const withoutLab =
    options.lab === false || hosts === 0
      ? 'as asked'
      : !machine.linux
        ? `hosts need Linux, and this is ${process.platform}`
        : !machine.root
          ? 'hosts need root'
          : null;
  return {
    detach: options.detach ?? false,
    hosts: withoutLab === null ? hosts : 0,
    withoutLab,
    api: { host: env.WEFT_API_HOST ?? '127.0.0.1', port: integer(env, 'WEFT_API_PORT', 9696, 1, 65535) },
    identity: { host: env.WEFT_IDENTITY_HOST ?? '127.0.0.1', port: integer(env, 'WEFT_IDENTITY_PORT', 5000, 1, 65535) },
    keystone: keystone(env),
    databaseUrl: url(env, 'WEFT_DATABASE_URL', ['postgres:', 'postgresql:']),
    natsUrl: url(env, 'WEFT_NATS_URL', ['nats:', 'tls:']),
    natsCredentials: env.WEFT_NATS_CREDENTIALS || null,
  };
}

function integer(env: NodeJS.ProcessEnv, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new Failure(`${name}=${text} must be a whole number between ${min} and ${max}.`);
  return value;
}

function keystone(env: NodeJS.ProcessEnv): Keystone | null {
  const kind = env.WEFT_IDENTITY ?? 'embedded';
  if (kind === 'embedded') return null;
  if (kind !== 'keystone') throw new Failure(`WEFT_IDENTITY=${kind} must be embedded or keystone.`);
  const given = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new Failure(`WEFT_IDENTITY=keystone needs ${name}.`);
    return value;
  };
  given('WEFT_KEYSTONE_URL');
  return {
    url: url(env, 'WEFT_KEYSTONE_URL', ['http:', 'https:'])!.replace(/\/+(v3\/*)?$/, ''),
    username: given('WEFT_KEYSTONE_USERNAME'),
    password: given('WEFT_KEYSTONE_PASSWORD'),
    project: env.WEFT_KEYSTONE_PROJECT ?? 'service',
    userDomain: env.WEFT_KEYSTONE_USER_DOMAIN ?? 'Default',
    projectDomain: env.WEFT_KEYSTONE_PROJECT_DOMAIN ?? 'Default',
  };
}

function url(env: NodeJS.ProcessEnv, name: string, protocols: readonly string[]): string | null {
  const text = env[name];
  if (text === undefined || text === '') return null;
  for (const part of text.split(','))
    if (!URL.canParse(part) || !protocols.includes(new URL(part).protocol))
      throw new Failure(`${name} must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}.`);
  return text;
}
