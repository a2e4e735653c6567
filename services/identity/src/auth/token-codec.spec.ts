import fc from 'fast-check';
import { decodeToken, encodeToken, type Claims } from './token-codec';

const key = Buffer.alloc(32, 7);
const keys = (id: number) => (id === 1 ? key : null);
const claims: Claims = {
  auditId: 'abcdefghijklmnopqrstuv',
  methods: ['password'],
  userId: 'u1',
  epoch: 0,
  scope: { kind: 'project', id: 'p1' },
  issuedAt: 1,
  expiresAt: 2,
};

describe('token codec', () => {
  it('reads what it wrote', () => {
    expect(decodeToken(encodeToken(claims, 1, key), keys)).toEqual(claims);
  });

  it('refuses another key, a key that it does not know, and the lack of a signature', () => {
    expect(decodeToken(encodeToken(claims, 1, Buffer.alloc(32, 8)), keys)).toBeNull();
    expect(decodeToken(encodeToken(claims, 2, key), keys)).toBeNull();
    expect(decodeToken(encodeToken(claims, 1, key).split('.').slice(0, 3).join('.'), keys)).toBeNull();
  });

  it('refuses a token with any character changed', () => {
    const token = encodeToken(claims, 1, key);
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
      // The last characters of base64 may carry bits that mean nothing.
      const decoded = decodeToken(changed, keys);
      if (decoded !== null) expect([i >= token.length - 1, decoded]).toEqual([true, claims]);
    }
  });

  it('is not troubled by any other text', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(decodeToken(text, keys)).toBeNull()));
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => expect(decodeToken(`w1.1.${a}.${b}`, keys)).toBeNull()));
  });
});
