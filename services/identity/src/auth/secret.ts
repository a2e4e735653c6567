import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** OWASP's recommendation for scrypt at 16 MiB: each check costs some 50 ms of one core. */
const COST = { N: 2 ** 14, r: 8, p: 5 };
const KEY_BYTES = 32;

const derive = (secret: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(secret.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key))),
  );

/** A salted hash of a password or secret, with its own parameters: `scrypt$N$r$p$salt$key`. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(secret, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), key.toString('base64')].join('$');
}

let decoy: Promise<string> | undefined;

/**
 * Is this the secret behind the hash? Without a hash the answer is no, after the same time: nobody learns from the delay
 * whether a user exists.
 */
export async function isSecret(secret: string, hash: string | null | undefined): Promise<boolean> {
  const known = hash ?? (await (decoy ??= hashSecret(randomBytes(16).toString('hex'))));
  const [, N, r, p, salt, key] = known.split('$') as [string, string, string, string, string, string];
  const expected = Buffer.from(key, 'base64');
  const actual = await derive(secret, Buffer.from(salt, 'base64'), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(actual, expected) && hash != null;
}
