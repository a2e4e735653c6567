/** Headers and fields whose values are secrets, wherever they stand. */
const NAMES = [
  ...[
    'x-auth-token',
    'x-subject-token',
    'x-service-token',
    'authorization',
    'cookie',
    'set-cookie',
    'x-instance-id-signature',
  ],
  ...[
    'password',
    'original_password',
    'admin_password',
    'adminPass',
    'passwd',
    'secret',
    'client_secret',
    'shared_secret',
  ],
  ...['psk', 'private_key', 'privateKey', 'access_key', 'token', 'seed', 'passwordHash', 'password_hash', 'secretHash'],
].join('|');

const HIDDEN = '***';
/** What a text of JSON inside of a text of JSON is made of: its own escapes are escaped once more. */
const ESCAPED_TEXT = String.raw`(?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))*`;
const RULES: readonly (readonly [RegExp, string])[] = [
  // A field of JSON, and of JSON inside of a text of JSON.
  [new RegExp(`("(?:${NAMES})"\\s*:\\s*)"(?:\\\\.|[^"\\\\])*"`, 'gi'), `$1"${HIDDEN}"`],
  [new RegExp(`(\\\\"(?:${NAMES})\\\\"\\s*:\\s*)\\\\"${ESCAPED_TEXT}\\\\"`, 'gi'), `$1\\"${HIDDEN}\\"`],
  // A query, as of a signed URL: what is signed may be read, the signature is what lets one in.
  [/([?&][\w.-]*(?:sig|signature|token|password|secret|credential|access_?key)[\w.-]*=)[^&\s"\\#]+/gi, `$1${HIDDEN}`],
  // The password of a URL.
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"]*:)[^\s@/"]+@/gi, `$1${HIDDEN}@`],
  // Tokens of Weft and of Keystone, and the broker's seeds, by their looks: wherever a text quotes one.
  [/\bw1\.\d{1,9}\.[\w-]+\.[\w-]+/g, `w1.${HIDDEN}`],
  [/\bgAAAA[\w-]{40,}={0,2}/g, HIDDEN],
  [/\bS[UAO][A-Z2-7]{56}\b/g, HIDDEN],
];
/** Most lines have nothing of all this: one look tells. */
const SUSPICIOUS =
  /token|secret|passw|adminpass|authorization|cookie|psk|private_?key|access_?key|seed|signature|[?&][\w.-]*(?:sig|credential)|:\/\/[^\s/"]*@|\bw1\.|gAAAA|\bS[UAO][A-Z2-7]{20}/i;

/** A text, usually a line of JSON, with what is secret in it replaced. What leaves a process for a log or a trace goes through this. */
export function withoutSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return RULES.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}
