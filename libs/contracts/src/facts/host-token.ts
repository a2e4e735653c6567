/** A host name as one token of a NATS subject: `[A-Za-z0-9_-]` are kept, every other byte becomes `=XX` (hex). */
export const hostToken = (host: string): string =>
  Array.from(Buffer.from(host, 'utf8'), (byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9_-]/.test(char) ? char : `=${byte.toString(16).padStart(2, '0').toUpperCase()}`;
  }).join('');

/** The reverse of {@link hostToken}. */
export const tokenHost = (token: string): string =>
  Buffer.from(
    token.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
