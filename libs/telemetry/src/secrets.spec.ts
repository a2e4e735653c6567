import fc from 'fast-check';
import { withoutSecrets } from './secrets';

const TOKEN = 'w1.1.eyJhdWRpdElkIjoiYSJ9.c2lnbmF0dXJl';

describe(withoutSecrets, () => {
  it.each([
    [{ headers: { 'X-Auth-Token': TOKEN, accept: '*/*' } }, { headers: { 'X-Auth-Token': '***', accept: '*/*' } }],
    [{ user: { name: 'a', password: 'p"q\\r' } }, { user: { name: 'a', password: '***' } }],
    [{ a: [{ secret: 'x', id: 1 }] }, { a: [{ secret: '***', id: 1 }] }],
    [{ body: JSON.stringify({ password: 'a"b\\', name: 'n' }) }, { body: '{"password":"***","name":"n"}' }],
    [{ url: '/x?temp_url_sig=abc&limit=3' }, { url: '/x?temp_url_sig=***&limit=3' }],
    [
      { url: 'https://s/o?X-Amz-Signature=abc&X-Amz-Credential=d' },
      { url: 'https://s/o?X-Amz-Signature=***&X-Amz-Credential=***' },
    ],
    [
      { err: 'connect postgresql://weft:hunter2@db:5432/weft failed' },
      { err: 'connect postgresql://weft:***@db:5432/weft failed' },
    ],
    [{ msg: `bad token ${TOKEN}!` }, { msg: 'bad token w1.***!' }],
    [{ msg: 'seed SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTC4 is wrong' }, { msg: 'seed *** is wrong' }],
  ])('hides what is secret in %j and nothing else', (value, clean) => {
    expect(JSON.parse(withoutSecrets(JSON.stringify(value)))).toEqual(clean);
  });

  it('leaves what only looks a little like it', () => {
    const line = JSON.stringify({
      msg: 'token cache cleared',
      token_count: 3,
      port_security: true,
      url: '/v2.0/ports?name=a',
    });
    expect(withoutSecrets(line)).toBe(line);
  });

  it('leaves valid JSON whatever the secret is, and no part of it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.boolean(), (secret, nested) => {
        const value = { before: 1, password: `§${secret}§`, after: 2 };
        const line = JSON.stringify(nested ? { text: JSON.stringify(value) } : value);
        const parsed = JSON.parse(withoutSecrets(line)) as { text: string };
        const clean: unknown = nested ? JSON.parse(parsed.text) : parsed;
        expect(clean).toEqual({ before: 1, password: '***', after: 2 });
      }),
    );
  });
});
