/**
 * On every answer: it is JSON for a program, not for a browser. A browser must not guess its type, show it in a frame, run
 * anything of it, or keep it; a proxy must not keep it either, for the next one's token may not see it.
 */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
